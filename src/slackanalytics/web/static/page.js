// Two comforts; every page works without them.

// A sign-in address carries the key in its fragment, which no server sees: fill it in, send it, forget it.
function signIn() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!key) return;
  history.replaceState(null, "", location.pathname);
  const form = document.querySelector("[data-sign-in]");
  if (!form) return;
  form.elements.namedItem("secret").value = key;
  form.requestSubmit();
}

addEventListener("hashchange", signIn);
signIn();

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const said = button.firstChild;
  const code = button.parentElement.querySelector("code");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      said.data = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      said.data = "Selected";
    }
    setTimeout(() => { said.data = "Copy"; }, 2000);
  });
}
