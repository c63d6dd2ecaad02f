// Signing in with a key, and out: a form where the server shows nothing without one, and the name of who is signed in.

import type { Key, Words } from '../i18n/index.js';
import { seesMap, session, signIn, signOut, type SignInResult } from '../session.js';
import { h, setText } from './dom.js';

export interface SignInActions {
  /** The session has changed: the page starts again. */
  restart(): void;
}

export class SignIn {
  readonly element: HTMLElement;
  private readonly title = h('h2', {});
  private readonly hint = h('p', {});
  private readonly label = h('span', {});
  private readonly field = h('input', {
    type: 'password',
    name: 'key',
    autocomplete: 'current-password',
    spellcheck: 'false',
    required: true,
    'data-testid': 'sign-in-key',
  });
  private readonly submit = h('button', { type: 'submit', 'data-testid': 'sign-in' });
  private readonly error = h('p', { role: 'alert', 'data-testid': 'sign-in-error' });
  private readonly form: HTMLFormElement;
  private readonly who = h('span', {});
  private readonly out = h('button', {
    type: 'button',
    'data-testid': 'sign-out',
    onclick: () => void this.end(),
  });
  private readonly signedIn: HTMLElement;
  private result: SignInResult | undefined;
  private principal = '';

  /** `always`: the form is offered although the map is public. */
  constructor(
    private words: Words,
    private readonly actions: SignInActions,
    private readonly always: boolean,
  ) {
    this.form = h(
      'form',
      {
        hidden: true,
        onsubmit: (event) => {
          event.preventDefault();
          void this.begin();
        },
      },
      this.title,
      this.hint,
      h('label', {}, this.label, this.field),
      this.error,
      this.submit,
    );
    this.signedIn = h('div', { class: 'signed-in', hidden: true }, this.who, this.out);
    this.element = h('section', { class: 'session' }, this.form, this.signedIn);
    this.setWords(words);
  }

  /** Shows what the present session needs. */
  async start(): Promise<void> {
    const state = await session();
    if (!state) return; // the page shows that the connection is lost
    this.principal = state.principal;
    this.signedIn.hidden = !state.signedIn;
    this.form.hidden = state.signedIn || (seesMap(state) && !this.always);
    this.setWords(this.words);
  }

  setWords(words: Words): void {
    this.words = words;
    setText(this.title, words.text('session.title'));
    setText(this.hint, words.text('session.hint'));
    setText(this.label, words.text('session.key'));
    setText(this.submit, words.text('session.title'));
    setText(this.who, words.text('session.who', { name: this.principal }));
    setText(this.out, words.text('session.out'));
    setText(this.error, this.result ? resultText(this.result, words) : '');
  }

  private async begin(): Promise<void> {
    this.submit.disabled = true;
    this.result = await signIn(this.field.value.trim());
    this.submit.disabled = false;
    if (this.result.kind === 'ok') {
      this.field.value = '';
      return this.actions.restart();
    }
    this.field.select();
    this.setWords(this.words);
  }

  private async end(): Promise<void> {
    this.out.disabled = true;
    const ended = await signOut();
    this.out.disabled = false;
    if (ended) return this.actions.restart();
    setText(this.who, this.words.text('session.failed'));
  }
}

const kResultKeys: Record<'wrong' | 'busy' | 'failed', Key> = {
  wrong: 'session.wrong',
  busy: 'session.busy',
  failed: 'session.failed',
};

/** What a person reads after an attempt; empty when it succeeded. */
export function resultText(result: SignInResult, words: Words): string {
  if (result.kind === 'ok') return '';
  return words.text(kResultKeys[result.kind], { wait: result.kind === 'busy' ? result.waitS : 0 });
}
