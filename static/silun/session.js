/* A session ends when nobody is there. Whoever types or presses something is: the server is told, at most once a minute.
   A minute and a half before the end the page asks; after it, what was typed stays on the page, and goes on when its
   owner has signed in again in another window. */
(() => {
  "use strict";
  const box = document.getElementById("session-end");
  if (!box) return;
  const TELL_MS = 60_000, WARN_S = 90, LOOK_MS = 60_000;
  const { alive, account } = box.dataset;
  let told = Date.now(), active = false, warned = false, next = 0;

  const part = (name) => box.querySelector(`[data-when=${name}]`);
  function say(name) {
    for (const one of box.querySelectorAll("[data-when]")) one.hidden = one !== part(name);
    box.setAttribute("aria-labelledby", `session-${name}`);
    if (!box.open) box.showModal();
  }

  async function ask(background) {
    clearTimeout(next);
    let left = LOOK_MS / 1000;
    try {
      const answer = await fetch(alive, { headers: background ? { "Silun-Background": "true" } : {}, redirect: "manual" });
      if (answer.ok) {
        const session = await answer.json();
        if (String(session.account) !== account) say("ended");   // another person has signed in here
        else {
          refresh(session.token);
          left = Math.min(session.idle, session.whole);
          if (left > WARN_S) { if (box.open) box.close(); }
          else if (session.whole > session.idle) say("idle");
          else if (!warned) { warned = true; say("whole"); }
        }
      } else if (answer.status === 401 || answer.type === "opaqueredirect") say("ended");
    } catch { /* no network: asked again in a minute */ }
    next = setTimeout(() => ask(!active), Math.max(1, Math.min(LOOK_MS / 1000, left - WARN_S > 0 ? left - WARN_S : 10)) * 1000);
    active = false;
  }

  // Forms that were written under the session before carry its token.
  function refresh(token) {
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  }

  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => {
      active = true;
      if (box.open || Date.now() - told < TELL_MS) return;
      told = Date.now();
      ask(false);
    }, { passive: true });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(true); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) ask(true); });
  box.addEventListener("cancel", (event) => event.preventDefault());
  box.addEventListener("click", (event) => { if (event.target.closest("[data-stay]")) ask(false); });
  next = setTimeout(() => ask(true), LOOK_MS);
})();
