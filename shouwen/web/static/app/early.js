// What is pressed while the other scripts are still on their way is not lost: it is done as soon as they are there. Loaded before the
// page is shown, and small for that. Links and forms need no script and go their way at once.
(() => {
  "use strict";
  const early = [];
  const typed = new Set();
  const works = ["hx-get", "hx-post", "data-opens", "data-empties", "data-row-more", "data-row-less", "data-pick"].map((one) => `button[${one}]`).join();
  function later(event, again) {
    event.stopImmediatePropagation(); // not by those that are there already, and then once more
    early.push(again);
  }
  function press(event) {
    const button = event.target.closest?.(works);
    if (button) later(event, () => { if (button.isConnected) button.click(); });
  }
  function key(event) {
    if (event.target !== document.body || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key: name, shiftKey } = event;
    later(event, () => (document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", { key: name, shiftKey, bubbles: true, cancelable: true })));
  }
  const write = (event) => { if (event.isComposing) typed.delete(event.target); else typed.add(event.target); };
  function tell(field) { // htmx asks only for what has changed since it first looked
    const text = field.value;
    for (const one of field.matches("[hx-trigger*=changed]") ? ["", text] : [text]) {
      if (field.value !== one) field.value = one;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  const ears = [["click", press], ["keydown", key], ["input", write]];
  for (const [kind, heard] of ears) window.addEventListener(kind, heard, true);
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => { // all have run, and htmx has looked at the page
    for (const [kind, heard] of ears) window.removeEventListener(kind, heard, true);
    typed.forEach(tell);
    early.forEach((again) => again());
  }));
})();
