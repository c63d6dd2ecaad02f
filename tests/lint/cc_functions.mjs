// The functions of a C++ source with their lengths, found by the braces of formatted code.

/** The text with the contents of comments, strings and characters as blanks; line ends are kept. */
function blank(text) {
  const pattern = /R"(\w*)\(.*?\)\1"|\/\/[^\n]*|\/\*.*?\*\/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'/gs;
  return text
    .replace(pattern, (part) => part.replace(/[^\n]/g, ' '))
    .replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, (part) => part.replace(/[^\n]/g, ' '));
}

/** The kind of the brace that follows `head`, the text since the last statement, where declarations are expected. */
function braceAfter(head) {
  const text = head.trim();
  if (/(?:^|\s)(?:namespace|extern)\b[^()=]*$/.test(text)) return 'scope';
  if (/=\s*$/.test(text) || !/\(/.test(text)) {
    return /\b(?:class|struct|union|enum)\b/.test(text) ? 'scope' : 'data';
  }
  // An attribute of a class has parentheses, as `struct alignas(8) A`.
  if (/^(?:template\s*<.*>\s*)?(?:class|struct|union|enum)\b/s.test(text) && !/\)\s*$/.test(text)) return 'scope';
  // `A::A() : a_` before `{x}`: a member's initialiser.
  if (/\)[\w\s]*:(?!:)/.test(text) && /[\w>]$/.test(text) && !/\)\s*(?:const|override|noexcept|final)$/.test(text)) {
    return 'data';
  }
  return 'function';
}

/** The last name before the first parameter list, as `TileId::Parent`; of TEST(A, B): `A.B`. */
function nameOf(head) {
  const test = /\b(?:TYPED_)?TEST(?:_[FP])?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)/.exec(head);
  if (test !== null) return `${test[1]}.${test[2]}`;
  return /((?:[\w~]+(?:<[^<>()]*>)?::)*(?:operator\s*[^\s\w]+|[\w~]+))\s*\(/.exec(head)?.[1] ?? '(unnamed)';
}

/** Each function with a body at namespace or class scope: { name, line, length }, from its first to its last line. */
export function functionsOf(source) {
  const text = blank(source);
  const found = [];
  const open = []; // the braces around this place: { kind, name, line }
  let head = '';
  let headLine = 1;
  let line = 1;
  let parens = 0;
  for (const c of text) {
    const declares = open.length === 0 || open.at(-1).kind === 'scope';
    if (c === '\n') line++;
    if (!declares) {
      if (c === '{') open.push({ kind: 'inner' });
      if (c !== '}') continue;
      const closed = open.pop();
      if (closed.kind === 'function') found.push({ name: closed.name, line: closed.line, length: line - closed.line + 1 });
      if (closed.kind !== 'data') continue;
      head += ' }';
      if (closed.parens !== undefined) parens = closed.parens;
      continue;
    }
    if (c === '(') parens++;
    if (c === ')') parens--;
    if (parens === 0 && (c === ';' || c === '}')) {
      if (c === '}') open.pop();
      head = '';
    } else if (c === '{') {
      const kind = parens > 0 ? 'data' : braceAfter(head);
      open.push({ kind, name: nameOf(head), line: headLine, parens });
      if (kind !== 'data') head = '';
      else head += '{';
      if (kind === 'data') continue;
      head = '';
    } else {
      if (head.trim() === '') headLine = line;
      head += c;
      if (/^\s*(?:public|private|protected)\s*:$/.test(head)) head = '';
    }
  }
  return found;
}
