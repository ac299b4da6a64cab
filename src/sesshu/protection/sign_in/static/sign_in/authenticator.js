"use strict";
// Asks the browser for an authenticator: form[data-ceremony="get" | "create"] with the options of the server
// in data-options. The answer goes into the form's field "answer", and the form is sent.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const asked = {
    get: (options) =>
      navigator.credentials.get({
        publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) },
      }),
    create: (options) =>
      navigator.credentials.create({
        publicKey: {
          ...options,
          challenge: bytes(options.challenge),
          user: { ...options.user, id: bytes(options.user.id) },
          excludeCredentials: known(options.excludeCredentials),
        },
      }),
  };
  const said = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    };
  };
  const WORDS = {
    NotAllowedError: "確認できませんでした。取り消されたか、時間が過ぎたか、本人の確認（指紋・顔など）ができない機器です。",
    InvalidStateError: "この認証器は、すでに登録されています。別の認証器を使ってください。",
    NotSupportedError: "この機器は使えません。本人の確認ができる認証器を使ってください。",
    SecurityError: "このアドレスでは認証器を使えません。正しいアドレスで開いているか確かめてください。",
  };
  const refuse = (words) => {
    const place = document.querySelector("[data-ceremony-refused]");
    place.querySelector("[data-ceremony-words]").textContent = words;
    place.hidden = false;
  };

  document.querySelectorAll("form[data-ceremony]").forEach((form) => {
    const options = JSON.parse(form.dataset.options).publicKey;
    let running = false;
    const run = async () => {
      if (running) return;
      if (!window.PublicKeyCredential) {
        refuse("このブラウザーでは認証器を使えません。管理者に申し出てください。");
        return;
      }
      running = true;
      document.querySelector("[data-ceremony-refused]").hidden = true;
      try {
        const credential = await asked[form.dataset.ceremony](options);
        form.elements.answer.value = JSON.stringify(said(credential));
        form.submit();
      } catch (error) {
        running = false;
        form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = false; });
        refuse(WORDS[error.name] || "認証器を確かめられませんでした。もう一度お試しください。");
      }
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = form.elements.namedItem("name");
      if (name && !name.value.trim()) {
        refuse("認証器の名前を入力してください。");
        name.focus();
        return;
      }
      run();
    });
    if (form.hasAttribute("data-at-once")) run();
  });
})();
