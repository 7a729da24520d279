// What was typed and not sent survives a reload, a crash, a session that ended: kept in this tab only, gone when it is sent,
// when somebody signs out, and after twelve hours. Forms say data-draft="a name for what is being written".
(() => {
  "use strict";
  const who = document.body.dataset.who || "";
  const KEEP = 12 * 3600 * 1000;
  const SENT = "draft-sent"; // which draft a whole page is the answer to
  const place = (form) => `draft:${who}:${form.dataset.draft}`;
  const kept = (field) => field.name && !field.disabled && !["hidden", "password", "file", "submit", "button"].includes(field.type);

  const came = (field) => field.options ? ([...field.options].find((one) => one.defaultSelected) || field.options[0] || { value: "" }).value : field.defaultValue; // as the page came

  function read(form) {
    const values = {};
    for (const field of form.elements) {
      if (!kept(field)) continue;
      if (field.type === "checkbox" || field.type === "radio") { if (field.checked) (values[field.name] ||= []).push(field.value); }
      else if (field.value !== came(field) && field.value !== "") (values[field.name] ||= []).push(field.value);
    }
    return values;
  }
  function save(form) {
    const values = read(form);
    if (Object.keys(values).length) sessionStorage.setItem(place(form), JSON.stringify({ at: Date.now(), values }));
    else sessionStorage.removeItem(place(form));
  }
  function restore(form) {
    const found = JSON.parse(sessionStorage.getItem(place(form)) || "null");
    if (!found || form.dataset.drafted) return;
    form.dataset.drafted = "yes";
    if (Date.now() - found.at > KEEP) { sessionStorage.removeItem(place(form)); return; }
    let changed = false;
    const left = structuredClone(found.values);
    for (const field of form.elements) {
      if (!kept(field) || !left[field.name]) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        const on = left[field.name].includes(field.value);
        changed ||= on !== field.checked;
        field.checked = on;
      } else if (field.value === came(field) && left[field.name].length) {
        const value = left[field.name].shift();
        changed ||= value !== field.value;
        field.value = value;
      }
    }
    if (changed) tell(form);
  }
  function tell(form) {
    const { words, say } = window.shouwen;
    const note = Object.assign(document.createElement("p"), { className: "note note-warning draft-note", textContent: `${words.restored} ` });
    const clear = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small push", textContent: words.discard });
    clear.addEventListener("click", () => { sessionStorage.removeItem(place(form)); form.reset(); note.remove(); });
    note.append(clear);
    form.prepend(note);
    say(words.restored);
  }

  let waiting = 0;
  let unsaved = null; // the form in which was typed a moment ago
  function keep() {
    clearTimeout(waiting);
    if (unsaved) save(unsaved);
    unsaved = null;
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (!form) return;
    if (form !== unsaved) keep();
    clearTimeout(waiting);
    unsaved = form;
    waiting = setTimeout(keep, 250);
  });
  window.addEventListener("pagehide", keep); // whoever leaves at once loses no last word
  document.addEventListener("change", (event) => { const form = event.target.closest("form[data-draft]"); if (form) save(form); });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    keep();
    if (form.dataset.draft && !form.matches("[hx-post]")) { save(form); sessionStorage.setItem(SENT, place(form)); } // kept until the answer has come
    if (form.dataset.forgets !== undefined) sessionStorage.clear();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const asked = event.detail.requestConfig.elt; // the event's own is an ancestor once the answer has taken the form's place
    const form = asked.matches("form[data-draft]") && asked; // not what a part of it asked
    if (form && event.detail.requestConfig.verb === "post" && event.detail.xhr.status >= 200 && event.detail.xhr.status < 300) {
      if (unsaved === form) unsaved = null;
      sessionStorage.removeItem(place(form));
    }
  });
  // The answer to a form is the next page. It was taken unless that page is the form again, a problem, or the door: whoever signs in
  // there comes back to the form, and finds the draft.
  function arrive() {
    const sent = sessionStorage.getItem(SENT);
    if (!sent || !who) return;
    sessionStorage.removeItem(SENT);
    const again = [...document.querySelectorAll("form[data-draft]")].some((form) => place(form) === sent);
    if (!again && !document.querySelector(".problem")) sessionStorage.removeItem(sent);
  }
  const look = (root) => root.querySelectorAll && root.querySelectorAll("form[data-draft]").forEach(restore);
  document.addEventListener("htmx:load", (event) => { keep(); const root = event.detail.elt; if (root.matches && root.matches("form[data-draft]")) restore(root); look(root); });
  document.addEventListener("DOMContentLoaded", () => {
    arrive();
    look(document);
  });
})();
