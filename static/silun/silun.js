/* What pages do in the browser beyond HTML and htmx. Nothing here is needed to read a page or to post a form.
   Everything hangs on data- attributes and is delegated, so that it works in fragments too. */
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const files = $("meta[name=silun-files]").dataset;
  const words = $("meta[name=silun-words]").dataset;
  document.documentElement.classList.add("scripted");   // what only script can open may be folded away

  // ── Files that few pages need come when a page needs them, once. ──
  const coming = new Map();
  function load(source) {
    if (!coming.has(source)) {
      coming.set(source, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = source;
        script.onload = done;
        script.onerror = failed;
        document.head.append(script);
      }));
    }
    return coming.get(source);
  }
  function loadStyle(source) {
    if ($(`link[href="${source}"]`)) return;
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = source;
    document.head.prepend(link);   // before ours, so that ours wins
  }

  // ── Toasts: HX-Trigger: {"toast": {"text": "…"}} from the server, or silun.toast("…"). ──
  function toast(text) {
    const box = document.createElement("div");
    box.className = "toast";
    box.textContent = text;
    $(".toasts").append(box);
    setTimeout(() => box.remove(), 6000);
  }

  // ── Theme: remembered in a cookie, so that the server writes the page in it. ──
  function switchTheme() {
    const root = document.documentElement;
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax${secure}`;
    all("[data-theme-toggle]").forEach((button) => button.setAttribute("aria-pressed", theme === "dark"));
    document.dispatchEvent(new Event("silun:theme"));
  }

  // ── The navigation as a drawer on narrow screens. ──
  function drawer(open) {
    const side = $("#side");
    if (!side) return;
    side.classList.toggle("open", open);
    $(".veil").hidden = !open;
    $(".body").inert = open;   // what lies behind the veil is out of the keyboard's way too
    const button = $("[data-drawer-open]");
    button.setAttribute("aria-expanded", open);
    (open ? $("a", side) : button).focus();
  }

  // ── What was typed is not lost by leaving: the browser asks, unless the form is being sent. ──
  const unsaved = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) unsaved.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
  });

  // ── A form is sent once, however often the button is pressed. ──
  document.addEventListener("submit", (event) => {
    const form = event.target;
    unsaved.delete(form);
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    all("button[type=submit], button:not([type])", form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  window.addEventListener("pageshow", () => {   // back from the next page: it may be sent again
    all("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
    });
  });

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    let hit;
    if (on("[data-theme-toggle]")) switchTheme();
    else if (on("[data-drawer-open]")) drawer(!$("#side").classList.contains("open"));
    else if (on("[data-drawer-close]")) drawer(false);
    else if ((hit = on("[data-dialog]"))) document.getElementById(hit.dataset.dialog).showModal();
    else if ((hit = on("[data-dialog-close]"))) hit.closest("dialog").close();
    else if ((hit = on("[data-close]"))) hit.parentElement.remove();
    else if ((hit = on("[data-filters-open]"))) hit.setAttribute("aria-expanded", hit.closest("form").classList.toggle("open"));
    else if (event.target instanceof HTMLDialogElement) event.target.close();   // the veil around it
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && $("[data-find]")) {
      event.preventDefault();
      $("[data-find]").focus();
    }
    if (event.key === "Escape") {
      all("details.menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
      if ($("#side.open")) drawer(false);
    }
  });

  // ── Long selects get a search box; charts are drawn; the error summary takes the focus. ──
  function dress(part) {
    all(".steps > [aria-current=step]", part).forEach((step) => {   // on a phone the row of steps is wider than the page
      const row = step.parentElement;
      row.scrollLeft = step.offsetLeft - row.offsetLeft - (row.clientWidth - step.offsetWidth) / 2;
    });
    const selects = all("select[data-choose]:not(.tomselected), select[data-choose-from]:not(.tomselected)", part);
    if (selects.length) {
      loadStyle(files.tomSelectCss);
      load(files.tomSelect).then(() => selects.forEach((select) => {
        if (select.tomselect) return;
        select.setAttribute("aria-hidden", "true");   // its label goes over to the search box
        new TomSelect(select, {
          maxOptions: 200,
          refreshThrottle: 0,   // the list follows what is typed at once, and is not opened again after a quick choice
          ...(select.dataset.chooseFrom && {   // more than the page holds are asked of the server
            load(text, found) {
              const told = (options) => {   // an answer that comes after the choice opens nothing again
                const open = this.isOpen;
                found(options);
                if (!open) this.close();
              };
              fetch(`${select.dataset.chooseFrom}?q=${encodeURIComponent(text)}`)
                .then((answer) => answer.json()).then((answer) => told(answer.options)).catch(() => told());
            },
            searchField: ["text"],
            preload: "focus",
          }),
          plugins: select.multiple ? { remove_button: { title: words.remove } } : {},
          render: {
            no_results: () => {
              const none = document.createElement("div");
              none.className = "no-results";
              none.textContent = words.nothingFound;
              return none;
            },
          },
        });
      }));
    }
    if ($("[data-chart]", part) || part.matches?.("[data-chart]")) {
      load(files.echarts).then(() => load(files.charts)).then(() => window.silunCharts.draw(part));
    }
    $("[data-focus]", part)?.focus();
  }

  // What is not set does not stand in the address of a list.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("form.filters")) return;
    const asked = event.detail.parameters;
    for (const name of Object.keys(asked)) if (asked[name] === "") delete asked[name];
  });

  document.addEventListener("DOMContentLoaded", () => dress(document.body));
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) dress(event.target); });
  document.addEventListener("toast", (event) => toast(event.detail.text || event.detail.value));
  // A background question that fails is asked again later; only what the person asked for says so.
  const failed = (event) => { if (!event.detail.requestConfig?.headers["Silun-Background"]) toast(words.failed); };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);

  window.silun = { toast, load };
})();
