"use strict";
// The button opens the browser's own printing: to paper, or into a PDF.
document.querySelector("[data-print]")?.addEventListener("click", () => print());
