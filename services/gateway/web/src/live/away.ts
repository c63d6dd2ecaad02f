// Whether nobody can see the page: a browser allows six connections to a server for all its tabs, so one
// that is hidden gives its own back.

/** Looking up something in another tab takes a moment; a tab that is left is hidden for longer. */
export const kAwayAfterMs = 10_000;

/** Calls `tell(true)` once the page has been hidden for a while, and `tell(false)` when it is shown again. */
export function onAway(tell: (away: boolean) => void): void {
  let away = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => tell((away = true)), kAwayAfterMs);
    else if (away) tell((away = false));
  };
  document.addEventListener('visibilitychange', look);
  look();
}
