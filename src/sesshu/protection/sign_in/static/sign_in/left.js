"use strict";
// Whoever sees the sign-in page has no session: nothing of the last one stays in this tab, and pages of it that
// are open in others go, too (app.js listens).
sessionStorage.clear();
localStorage.setItem("left-at", String(Date.now()));
