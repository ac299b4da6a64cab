"use strict";
// F8 turns a result into 予診のみ and back; what the other kind needs is hidden meanwhile.
(() => {
  const form = document.getElementById("entry");
  const box = form?.querySelector("[data-screening]");
  if (!box) return;
  const show = () => {
    form.querySelectorAll("[data-given]").forEach((part) => { part.hidden = box.checked; });
    form.querySelectorAll("[data-screened]").forEach((part) => { part.hidden = !box.checked; });
    form.querySelector("#id_date").dataset.next = box.checked ? "#id_programme" : "#id_lot";
  };
  // A pile comes from one clinic: once it is there, Enter on the lot (or the vaccine) goes to the end.
  const shorten = () => {
    const end = form.querySelector("#id_provider_code").value ? "#save" : "#id_provider_code";
    form.querySelector("#id_lot").dataset.next = end === "#save" ? end : "#id_vaccine";
    for (const id of ["#id_vaccine", "#id_volume_ml", "#id_expires_on", "#id_reason_text"]) {
      form.querySelector(id).dataset.next = end;
    }
  };
  form.addEventListener("focusin", shorten);
  box.addEventListener("change", show);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F8") return;
    event.preventDefault();
    box.checked = !box.checked;
    show();
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = box.checked ? "予診のみ" : "接種";
  });
  show();
})();
