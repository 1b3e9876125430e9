/* Suggestions below the search box: recent searches while it is empty; words, titles and the other
 * keyboard layout while something is typed. By keyboard as a combobox (WAI-ARIA). */
import {get} from "./http.js";
import {text} from "./texts.js";

const PAUSE = 140;
const MOST_RECENT = 8;
const form = document.querySelector("form[data-suggest]");
const box = form.elements.q;
const list = document.getElementById("suggestions");
const STORE = `recent-searches-${form.dataset.person}`;

let timer = 0;
let asking = null;
let chosen = -1;

function recentSearches() {
    try {
        return JSON.parse(localStorage.getItem(STORE)) || [];
    } catch {
        return [];
    }
}

function remember(query) {
    const kept = recentSearches().filter((each) => each !== query);
    try {
        localStorage.setItem(STORE, JSON.stringify([query, ...kept].slice(0, MOST_RECENT)));
    } catch {
        /* A browser that stores nothing has no recent searches. */
    }
}

function options() {
    return [...list.querySelectorAll('[role="option"]')];
}

function show(groups) {
    list.replaceChildren();
    chosen = -1;
    let number = 0;
    for (const {label, icon, items} of groups.filter((group) => group.items.length)) {
        const group = document.createElement("div");
        group.setAttribute("role", "group");
        group.setAttribute("aria-label", label);
        const heading = document.createElement("div");
        heading.className = "search-suggestions-label";
        heading.textContent = label;
        heading.setAttribute("aria-hidden", "true");
        group.append(heading, ...items.map((item) => option(item, icon, number++)));
        list.append(group);
    }
    setOpen(number > 0);
}

function option(item, icon, number) {
    const element = document.createElement("div");
    element.className = "menu-item";
    element.id = `suggestion-${number}`;
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    element.dataset.kind = icon;
    element.textContent = item.text;
    element.addEventListener("pointerdown", (event) => event.preventDefault());
    element.addEventListener("click", () => take(item));
    element.take = () => take(item);
    return element;
}

function take(item) {
    setOpen(false);
    if (item.url) {
        location.assign(item.url);
    } else {
        box.value = item.text;
        form.requestSubmit();
    }
}

function setOpen(open) {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) {
        box.removeAttribute("aria-activedescendant");
        chosen = -1;
    }
}

function choose(index) {
    const all = options();
    chosen = (index + all.length + 1) % (all.length + 1);
    if (chosen === all.length) {
        chosen = -1;
    }
    all.forEach((each, at) => each.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) {
        box.removeAttribute("aria-activedescendant");
    } else {
        box.setAttribute("aria-activedescendant", all[chosen].id);
        all[chosen].scrollIntoView({block: "nearest"});
    }
}

async function ask() {
    const typed = box.value;
    asking?.abort();
    if (!typed.trim()) {
        show([{label: text("recent-searches"), icon: "recent",
            items: recentSearches().map((each) => ({text: each}))}]);
        return;
    }
    asking = new AbortController();
    try {
        const query = new URLSearchParams({q: typed});
        const found = await get(`${form.dataset.suggest}?${query}`, {signal: asking.signal});
        if (box.value !== typed || document.activeElement !== box) {
            return;
        }
        show([
            {label: text("did-you-mean"), icon: "word",
                items: found.retyped ? [{text: found.retyped}] : []},
            {label: text("words"), icon: "word",
                items: found.words.filter((each) => each !== found.retyped)
                    .map((each) => ({text: each}))},
            {label: text("documents"), icon: "title", items: found.titles},
        ]);
    } catch {
        setOpen(false);
    }
}

function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, box.value.trim() ? PAUSE : 0);
}

box.addEventListener("input", askSoon);
box.addEventListener("focus", () => {
    if (!box.value.trim()) {
        askSoon();
    }
});
box.addEventListener("blur", () => setOpen(false));
box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) {
            askSoon();
        } else {
            choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? options().length - 1 : chosen - 1);
        }
    } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        options()[chosen].take();
    } else if (event.key === "Escape") {
        if (list.hidden) {
            box.blur();
        } else {
            event.preventDefault();
            setOpen(false);
        }
    }
});
form.addEventListener("submit", () => {
    clearTimeout(timer);
    asking?.abort();
    setOpen(false);
    if (box.value.trim()) {
        remember(box.value.trim());
    }
});

/* Whoever uses this browser next sees none of it. */
document.addEventListener("submit", ({target}) => {
    if (target.matches("[data-forget]")) {
        localStorage.removeItem(STORE);
    }
}, true);
