"use strict";
// What HTML and htmx leave over: focus, scanners, dialogs, undo, unsaved changes. Every part works on
// attributes, so that a screen needs no script of its own.
(() => {
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(event, found);
    });
  const announce = (text) => {
    const announcer = document.getElementById("announcer");
    if (announcer && text && announcer.textContent !== text) announcer.textContent = text;
  };

  // "/" goes to the search field. It can be switched off (WCAG 2.1.4); the choice stays on this terminal.
  const switchBox = document.querySelector("[data-shortcut-switch]");
  if (switchBox) {
    switchBox.checked = localStorage.getItem("shortcut") !== "off";
    switchBox.addEventListener("change", () => localStorage.setItem("shortcut", switchBox.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog");
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || typing) return;
    const search = document.querySelector("[data-search]");
    if (!search || (switchBox && !switchBox.checked)) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  // A scanner ends its code with Enter: go on to the next field; the last one sends the form.
  on("keydown", "[data-next]", (event, field) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const next = document.querySelector(field.dataset.next);
    if (!next) return;
    event.preventDefault();
    field.dispatchEvent(new Event("change", { bubbles: true }));
    next.focus();
    if (next.select) next.select();
  });

  // Dialogs.
  on("click", "[data-dialog]", (event, opener) => {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog)?.showModal();
  });
  on("click", "[data-close]", (event, closer) => closer.closest("dialog")?.close());

  // File zones: dropping is the same as choosing.
  on("dragover", "[data-dropzone]", (event, zone) => {
    event.preventDefault();
    zone.classList.add("dropzone--over");
  });
  on("dragleave", "[data-dropzone]", (event, zone) => zone.classList.remove("dropzone--over"));
  on("drop", "[data-dropzone]", (event, zone) => {
    event.preventDefault();
    zone.classList.remove("dropzone--over");
    const input = zone.querySelector("input[type=file]");
    if (!input || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  on("change", "[data-dropzone] input[type=file]", (event, input) => {
    const names = [...input.files].map((file) => `${file.name}（${Math.ceil(file.size / 1024).toLocaleString()} KB）`);
    input.closest("[data-dropzone]").querySelector("[data-dropzone-name]").textContent = names.join("、");
  });

  // One box that ticks all boxes of a table.
  on("change", "[data-all]", (event, all) => {
    document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(all.dataset.all)}"]`).forEach((box) => {
      if (!box.disabled) box.checked = all.checked;
    });
  });

  // A form with unsaved changes asks before it is left.
  const changed = new Set();
  on("input", "form[data-guard]", (event, form) => changed.add(form));
  document.addEventListener("submit", (event) => {
    changed.delete(event.target);
    // A second click must not send twice; the button's own name is sent first, hence after this turn.
    if (!event.defaultPrevented && event.target.matches("form[method=post]:not([data-again])")) {
      setTimeout(() => event.target.querySelectorAll("button[type=submit]").forEach((b) => { b.disabled = true; }));
    }
  });
  addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("button[type=submit]:disabled").forEach((b) => { b.disabled = false; });
  });

  // Toasts: the server sends HX-Trigger {"toast": {"message": "…", "undo": "/address/"}}.
  const toast = ({ message, undo }) => {
    const made = document.getElementById("toast").content.firstElementChild.cloneNode(true);
    made.querySelector("[data-toast-text]").textContent = message;
    const form = made.querySelector("[data-toast-undo]");
    if (undo && undo.startsWith("/") && !undo.startsWith("//")) {
      form.action = undo;
      form.hidden = false;
    }
    const toasts = document.getElementById("toasts");
    const last = toasts.lastElementChild?.querySelector("[data-toast-text]").textContent;
    if (!undo && last === message) return; // a poll that fails says so once
    toasts.append(made);
    while (toasts.children.length > 3) toasts.firstElementChild.remove();
  };
  document.addEventListener("toast", (event) => toast(event.detail));
  on("click", "[data-toast-close]", (event, closer) => closer.closest(".toast").remove());

  // htmx: say what changed, tell when the server did not answer.
  document.addEventListener("htmx:afterSettle", (event) => {
    announce(event.target.closest("[data-announce]")?.dataset.announce ?? event.target.querySelector?.("[data-announce]")?.dataset.announce);
    event.target.querySelector?.("[data-focus]")?.focus();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    toast({ message: status === 404 || status === 403 ? "この操作はできません。サインインし直してお試しください。" : `処理できませんでした（${status}）。もう一度お試しください。` });
  });
  document.addEventListener("htmx:sendError", () => toast({ message: "サーバーにつながりません。通信を確かめてください。" }));

  // A session ends on the server after a time without anything done. Told before, on every open page: what is
  // done in one of them counts for all.
  const idle = document.querySelector("[data-idle]");
  if (idle) {
    const CHECKED_EVERY = 5000;
    const seconds = (name) => Number(idle.dataset[name]) * 1000;
    const doneAt = () => Number(localStorage.getItem("done-at"));
    const done = () => localStorage.setItem("done-at", String(Date.now()));
    const stay = async () => {
      const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
      const answer = await fetch(idle.dataset.idleStay, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" });
      if (answer.status !== 204 || answer.headers.has("HX-Redirect")) return leave();
      done();
      idle.close();
    };
    // To the same page: the server asks for the sign-in and leads back here.
    let leaving = false;
    const leave = () => {
      if (leaving) return;
      leaving = true;
      changed.clear();
      location.replace(location.pathname + location.search);
    };
    // The sign-in page was shown in another tab: the session of this page is over.
    addEventListener("storage", (event) => event.key === "left-at" && leave());
    const check = () => {
      const left = doneAt() + seconds("idle") - Date.now();
      if (left <= 0) return leave();
      if (left > seconds("idleWarning")) return idle.open && idle.close();
      idle.querySelector("[data-idle-minutes]").textContent = left > 60000 ? `${Math.ceil(left / 60000)}分` : "1分足らず";
      if (!idle.open) idle.showModal();
    };
    done();
    setInterval(check, CHECKED_EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || check());
    idle.querySelector("[data-idle-go-on]").addEventListener("click", stay);
    // Escape means the same: whoever presses a key is there.
    idle.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
    document.addEventListener("htmx:configRequest", (event) => {
      if (event.detail.triggeringEvent) done();
      else event.detail.headers["X-By-Itself"] = "1";
    });
  }

  document.querySelector("[data-focus]")?.focus();
})();
