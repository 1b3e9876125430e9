/* One doubtful word in many documents on one screen: Enter confirms all, X leaves one out. */
import {get, post} from "./http.js";
import {bindKeys} from "./keys.js";
import {Crop, buildPlace} from "./review_crop.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

const setup = JSON.parse(document.getElementById("group-setup").textContent);
const list = document.querySelector("[data-groups]");
const grid = document.querySelector("[data-places]");
const progress = document.querySelector("[data-progress]");
const loaded = new Map();
let current = -1;
let places = [];
let saving = Promise.resolve();

function load(index) {
    const group = setup.groups[index];
    if (group && !loaded.has(index)) {
        const query = new URLSearchParams({text: group.text});
        if (group.other !== null) {
            query.set("second", "1");
            query.set("other", group.other);
        }
        const loading = get(`${setup.places}&${query}`).then((answer) => answer.places);
        loading.catch(() => loaded.delete(index));
        loaded.set(index, loading);
    }
    return loaded.get(index);
}

async function show(index) {
    current = index;
    for (const [at, entry] of entries().entries()) {
        entry.toggleAttribute("aria-current", at === index);
    }
    const group = setup.groups[index];
    document.querySelector("[data-text]").textContent = group.text;
    const second = document.querySelector('[data-take="second"]');
    second.hidden = group.other === null;
    document.querySelector("[data-other]").textContent = group.other || text("nothing-here");
    grid.setAttribute("aria-busy", "true");
    grid.replaceChildren();
    places = []; // a key that comes too early is not meant for those of the word before
    try {
        const found = await load(index);
        if (index !== current) {
            return;
        }
        places = found.map((place) => ({...place, chosen: true}));
    } catch (problem) {
        toast(problem.detail, {kind: "bad"});
        return;
    }
    grid.removeAttribute("aria-busy");
    if (!places.length) {
        finish();
        return;
    }
    grid.replaceChildren(...places.map(build));
    grid.querySelector("button").focus();
    count();
    load(index + 1)?.catch(() => {});
}

function build(place) {
    const {item, button, crop} = buildPlace();
    const line = document.createElement("span");
    line.append(`${place.before} `, strong(place.text), ` ${place.after}`);
    const name = document.createElement("span");
    name.className = "place-name small muted";
    name.textContent = `${place.title}, ${place.number}`;
    button.append(line, name);
    button.addEventListener("click", () => toggle(place, button));
    crop.style.display = "block";
    requestAnimationFrame(() => new Crop(crop).show(place, place));
    return item;
}

function strong(words) {
    const element = document.createElement("b");
    element.textContent = words;
    return element;
}

function toggle(place, button) {
    place.chosen = !place.chosen;
    button.setAttribute("aria-pressed", String(place.chosen));
    count();
}

function count() {
    const chosen = places.filter((place) => place.chosen).length;
    document.querySelector("[data-confirm]").textContent = text("confirm-count", {count: chosen});
    progress.textContent = `${current + 1} / ${setup.groups.length}`;
}

function take(answer) {
    if (grid.hasAttribute("aria-busy")) {
        return;
    }
    const chosen = places.filter((place) => place.chosen);
    if (answer === "second" && setup.groups[current].other === null) {
        return;
    }
    const given = {answer, places: chosen.map((place) => [place.document, place.number, place.id])};
    finish();
    if (chosen.length) {
        saving = saving.then(() => save(given)); // one after the other, as they were given
    }
}

/* Tried again until the server has it; the same answer twice counts once. */
async function save(given, tries = 0) {
    try {
        const {saved} = await post(setup.answer, given, {keepalive: true});
        toast(text("confirmed", {count: saved}), {seconds: 3});
    } catch (problem) {
        if (problem.status >= 400 && problem.status < 500 && problem.status !== 401) {
            toast(text("not-saved", {reason: problem.detail}), {kind: "bad"});
            return;
        }
        if (tries === 0) {
            toast(`${text("retrying", {count: given.places.length})} ${problem.detail}`, {kind: "bad"});
        }
        await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** tries, 20_000)));
        await save(given, tries + 1);
    }
}

function finish() {
    entries()[current].classList.add("done");
    const next = entries().findIndex((entry, at) => at > current && !entry.classList.contains("done"));
    if (next >= 0) {
        show(next);
        return;
    }
    document.querySelector(".group-pass").hidden = true;
    const nothing = document.querySelector("[data-nothing]");
    nothing.hidden = false;
    nothing.querySelector("a").focus();
}

const entries = () => [...list.querySelectorAll("[data-group]")];

function move(step) {
    const buttons = [...grid.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
}

function exclude() {
    const at = [...grid.querySelectorAll("button")].indexOf(document.activeElement);
    if (at >= 0) {
        toggle(places[at], grid.querySelectorAll("button")[at]);
    }
}

if (list) {
    list.addEventListener("click", ({target}) => {
        const entry = target.closest("[data-group]");
        if (entry) {
            show(Number(entry.dataset.group));
        }
    });
    for (const button of document.querySelectorAll("[data-take]")) {
        button.addEventListener("click", () => take(button.dataset.take));
    }
    const isElsewhere = ({target}) => target.closest("button, a[href], summary, input") && !target.closest("[data-places]");
    const confirm = (event) => (isElsewhere(event) ? false : take("right"));
    bindKeys([
        {code: "Enter", label: text("k-confirm"), whenTyping: true, run: confirm},
        {code: "NumpadEnter", whenTyping: true, run: confirm},
        {code: "Digit2", label: text("k-second"), run: () => take("second")},
        {code: "KeyX", label: text("k-exclude"), run: exclude},
        {code: "ArrowRight", label: text("k-next-place"), run: () => move(1)},
        {code: "ArrowLeft", label: text("k-previous-place"), run: () => move(-1)},
    ], {title: text("group")});
    show(0);
}
