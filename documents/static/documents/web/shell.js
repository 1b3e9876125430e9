/* What every page of a logged-in person does: keys, menus, the rail of a phone, forms, htmx. */
import {csrfToken} from "./http.js";
import {bindKeys, showKeyMap} from "./keys.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";
import "./suggest.js";

const search = document.getElementById("q");

function focusSearch() {
    search.focus();
    search.select();
}

function follow(name) {
    const link = document.querySelector(`.rail a[data-entry="${name}"]`);
    return link ? () => location.assign(link.href) : null;
}

const keys = [
    {code: "Slash", label: text("key-search"), run: focusSearch},
    {code: "KeyK", ctrl: true, label: text("key-search"), run: focusSearch},
];
for (const [code, name] of [["Digit1", "inbox"], ["Digit2", "review"], ["Digit3", "documents"]]) {
    const run = follow(name);
    if (run) {
        keys.push({code, shift: true, run,
            label: document.querySelector(`.rail a[data-entry="${name}"] .name`).textContent});
    }
}
bindKeys(keys);

document.addEventListener("click", ({target}) => {
    if (target.closest("[data-show-keys]")) {
        target.closest("details")?.removeAttribute("open");
        showKeyMap();
    }
    const closing = target.closest("[data-close]");
    if (closing) {
        closing.closest("dialog")?.close();
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
        if (!menu.contains(target)) {
            menu.open = false;
        }
    }
});

document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
        return;
    }
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
        event.preventDefault();
    } else if (rail.classList.contains("open")) {
        toggleRail(false);
        more.focus();
        event.preventDefault();
    }
}, true);

/* The rest of the rail on a phone: without this script its link leads to it. */
const rail = document.querySelector(".rail");
const more = rail.querySelector(".rail-more");
more.setAttribute("role", "button");
more.setAttribute("aria-controls", "rail-rest");
more.setAttribute("aria-expanded", "false");

function toggleRail(open) {
    rail.classList.toggle("open", open);
    more.setAttribute("aria-expanded", String(open));
}

more.addEventListener("click", (event) => {
    event.preventDefault();
    toggleRail(!rail.classList.contains("open"));
});
document.addEventListener("click", ({target}) => {
    if (!rail.contains(target)) {
        toggleRail(false);
    }
});

/* After a new log-in in another tab the forms of this one would carry an old token. */
document.addEventListener("submit", ({target}) => {
    const field = target.elements?.csrfmiddlewaretoken;
    if (field) {
        field.value = csrfToken() || field.value;
    }
}, true);
document.addEventListener("htmx:configRequest", ({detail}) => {
    detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:sendError", () => toast(text("offline"), {kind: "bad"}));
document.addEventListener("htmx:responseError", ({detail}) => {
    const type = detail.xhr.getResponseHeader("Content-Type") || "";
    const said = /json/.test(type) ? JSON.parse(detail.xhr.responseText).detail : text("failed");
    toast(said, {kind: "bad"});
});
