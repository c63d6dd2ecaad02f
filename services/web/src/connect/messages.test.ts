// Compares messages.ts with the .proto files: a field that is renamed there fails here.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const kProtoRoot = join(__dirname, '../../../../proto/citylayers');

/** Field names in proto3 JSON form by full message name. This API uses no nested messages. */
function protoMessages(): Map<string, Set<string>> {
  const messages = new Map<string, Set<string>>();
  for (const file of readdirSync(kProtoRoot, { recursive: true }) as string[]) {
    if (!file.endsWith('.proto')) continue;
    const text = readFileSync(join(kProtoRoot, file), 'utf8')
      .replace(/\/\/.*$/gm, '')
      .replace(/\{\}/g, '');
    const pkg = /^package\s+([\w.]+);/m.exec(text)![1];
    for (const [, name, body] of text.matchAll(/^message\s+(\w+)\s*\{([^]*?)^\}/gm)) {
      const fields = [...body!.matchAll(/([\w]+)\s*=\s*\d+\s*(?:\[[^\]]*\])?;/g)].map((match) =>
        jsonName(match[1]!),
      );
      messages.set(`${pkg}.${name!}`, new Set(fields));
    }
  }
  return messages;
}

function jsonName(field: string): string {
  return field.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Interfaces of messages.ts, with the message named in the line above each. */
function pageMessages(): [message: string, fields: string[]][] {
  const text = readFileSync(join(__dirname, 'messages.ts'), 'utf8');
  return [
    ...text.matchAll(/^\/\/ (citylayers\.[\w.]+)\nexport interface (\w+) \{([^]*?)^\}/gm),
  ].map(([, message, , body]) => [
    message!,
    [...body!.matchAll(/^\s+(\w+)\?:/gm)].map((match) => match[1]!),
  ]);
}

describe('messages.ts', () => {
  const protos = protoMessages();

  it('sees the protos and the interfaces', () => {
    expect(protos.size).toBeGreaterThan(50);
    expect(protos.get('citylayers.layers.v1.StateRows')).toEqual(
      new Set(['subLayer', 'idGaps', 'columns']),
    );
    expect(pageMessages().length).toBeGreaterThan(15);
  });

  it.each(pageMessages())('%s has every field that the page reads', (message, fields) => {
    const known = protos.get(message);
    expect(known, `no message ${message}`).toBeDefined();
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !known!.has(field))).toEqual([]);
  });
});
