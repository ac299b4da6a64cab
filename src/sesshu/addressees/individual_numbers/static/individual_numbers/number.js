"use strict";
// Puts the number into the page for its seconds, and takes it away sooner when nobody looks at the page.
(() => {
  const form = document.querySelector("[data-reveal]");
  const place = document.querySelector("[data-reveal-place]");
  if (!form || !place) return;
  let timer = 0;

  const forget = () => {
    clearInterval(timer);
    place.replaceChildren();
  };

  const show = (fragment) => {
    const shown = new DOMParser().parseFromString(fragment, "text/html").querySelector("[data-number-shown]");
    place.replaceChildren(shown);
    let left = Number(shown.dataset.seconds);
    shown.querySelector("[data-number]").focus();
    timer = setInterval(() => {
      left -= 1;
      if (left <= 0) forget();
      else shown.querySelector("[data-seconds-left]").textContent = left;
    }, 1000);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    forget();
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { "X-Fragment": "1" }, cache: "no-store",
    });
    if (answer.redirected) location.assign(answer.url); // the second factor is asked for
    else if (answer.ok) show(await answer.text());
    else form.submit(); // the page with its errors
  });

  document.addEventListener("visibilitychange", () => document.hidden && forget());
  addEventListener("pagehide", forget);
  addEventListener("beforeprint", forget);
})();
