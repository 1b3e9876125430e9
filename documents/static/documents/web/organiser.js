/* The organiser of a document's pages: its tools and keys, what will come of it, and saving. */
import {get, post} from "./http.js";
import {bindKeys} from "./keys.js";
import {Find} from "./organiser_find.js";
import {Grid} from "./organiser_grid.js";
import {Pages, pagesOf} from "./organiser_pages.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

const setup = JSON.parse(document.getElementById("organiser-setup").textContent);
const all = (selector) => [...document.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);
const result = one("[data-result]");
const saving = document.getElementById("saving-dialog");
const own = pagesOf(setup.document);
const pages = new Pages(own, () => show());
const grid = new Grid(one("[data-grid]"), pages, setup.urls, () => showChosen());
const find = new Find(document.getElementById("find-dialog"), setup.urls.search, setup.document.id, take);
let saved = false;

function say(message) {
    one("[data-said]").textContent = message;
}

/* A split makes documents; pages of others do, unless the person says otherwise. */
function outcome() {
    return pages.parts.length > 1 || !setup.mayReplace ? "documents" : result.value;
}

function show() {
    grid.draw();
    const {parts} = pages;
    const changed = pages.isChanged;
    one("[data-as]").hidden = parts.length > 1 || !setup.mayReplace || !changed;
    const count = parts.length > 1 ? parts.length : pages.list.length;
    const kind = parts.length > 1 ? "becomes-documents" : outcome() === "version" ? "becomes-version" : "becomes-document";
    one("[data-outcome]").textContent = changed ? text(kind, {count}) : text("unchanged");
    const turned = pages.list.filter((page) => page.rotate).length;
    one("[data-reads]").textContent = turned ? text("read-again", {count: turned}) : "";
    one("[data-save]").disabled = !changed;
    one('[data-organise="undo"]').disabled = !pages.before.length;
    if (!changed) {
        one("[data-uneven]").hidden = true;
    }
}

function showChosen() {
    one("[data-chosen]").textContent = grid.chosen.size ? text("selected-pages", {count: grid.chosen.size}) : "";
    const none = !grid.meant.size;
    all(".organiser-tools [data-organise]").forEach((button) => {
        button.disabled = none;
    });
}

function step(by) {
    pages.step(grid.meant, by);
    const place = pages.list.findIndex((page) => grid.meant.has(page.key)) + 1;
    say(text("moved", {place, count: pages.list.length}));
}

function remove() {
    const {meant} = grid;
    if (pages.remove(meant)) {
        toast(text("removed", {count: meant.size}), {undo: () => pages.undo()});
    }
}

function split() {
    const {meant} = grid;
    const page = pages.list.find((each) => meant.has(each.key));
    say(text(pages.toggleSplit(meant) ? "split-set" : "split-gone", {name: grid.name(page)}));
}

const does = {
    left: () => pages.turn(grid.meant, -90),
    right: () => pages.turn(grid.meant, 90),
    earlier: () => step(-1),
    later: () => step(1),
    split,
    remove,
    undo: () => pages.undo(),
};

/* Pages of another document: at the end, or as the backs of those that are here. */
function take(kind, found) {
    const theirs = pagesOf(found);
    if (pages.list.length + theirs.length > setup.mostPages) {
        toast(text("too-many-pages", {count: setup.mostPages}), {kind: "bad"});
        return;
    }
    result.value = "documents";
    if (kind !== "backs") {
        pages.append(theirs);
        toast(text("joined", {count: theirs.length}), {undo: () => pages.undo()});
        return;
    }
    const fronts = pages.list.length;
    pages.interleave(find.isReversed ? theirs.reverse() : theirs);
    const uneven = one("[data-uneven]");
    uneven.hidden = fronts === theirs.length;
    uneven.textContent = text("uneven", {fronts, backs: theirs.length});
    if (uneven.hidden) {
        toast(text("collated"), {undo: () => pages.undo()});
    }
}

async function save() {
    const wanted = pages.list.map(({document: id, number, rotate, split: begins}) => ({document: id, page: number, rotate, split: begins}));
    const problem = saving.querySelector("[data-problem]");
    const close = saving.querySelector("[data-close]");
    problem.hidden = close.hidden = true;
    saving.querySelector("[data-made]").replaceChildren();
    saving.querySelector("[data-progress]").hidden = false;
    progress({documents: [], parts: pages.parts.length});
    saving.showModal();
    try {
        let asked = await post(setup.urls.arrange, {pages: wanted, result: outcome()}, {headers: {Prefer: "wait=2"}});
        while (asked.status === "waiting") {
            progress(asked);
            asked = await get(asked.links.self, {headers: {Prefer: "wait=5"}});
        }
        finish(asked, problem);
    } catch (error) {
        problem.textContent = error.detail ?? text("failed");
        problem.hidden = false;
    }
    saving.querySelector("[data-progress]").hidden = true;
    close.hidden = false;
}

function progress({documents, parts}) {
    saving.querySelector("[data-saving]").textContent = text("working-on", {done: documents.length, count: parts});
    const bar = saving.querySelector("[data-progress]");
    if (parts > 1) {
        bar.value = documents.length / parts;
    } else {
        bar.removeAttribute("value");
    }
}

function finish(asked, problem) {
    const urls = asked.documents.map((id) => setup.urls.document.replace("00000000-0000-0000-0000-000000000000", id));
    if (asked.status === "done") {
        saved = true;
        if (urls.length === 1) {
            location.assign(urls[0]);
            return;
        }
    } else {
        problem.textContent = asked.error?.detail ?? text("failed");
        problem.hidden = false;
    }
    saving.querySelector("[data-saving]").textContent = text("made", {count: urls.length});
    saving.querySelector("[data-made]").replaceChildren(...urls.map((url, at) => {
        const row = document.createElement("li");
        const link = document.createElement("a");
        link.href = url;
        link.textContent = text("open-made", {number: at + 1});
        row.append(link);
        return row;
    }));
}

all("[data-organise]").forEach((button) => button.addEventListener("click", () => does[button.dataset.organise]()));
all("[data-find]").forEach((button) => button.addEventListener("click", () => find.open(button.dataset.find)));
one("[data-save]").addEventListener("click", save);
result.addEventListener("change", show);
saving.querySelector("[data-close]").addEventListener("click", () => saving.close());
saving.addEventListener("cancel", (event) => {
    if (saving.querySelector("[data-close]").hidden) {
        event.preventDefault();
    }
});
window.addEventListener("beforeunload", (event) => {
    if (pages.isChanged && !saved) {
        event.preventDefault();
    }
});
bindKeys([
    {code: "ArrowRight", run: () => grid.step(1)},
    {code: "ArrowLeft", run: () => grid.step(-1)},
    {code: "ArrowDown", run: () => grid.step(1, true)},
    {code: "ArrowUp", run: () => grid.step(-1, true)},
    {code: "Space", label: text("key-select"), run: () => grid.toggle()},
    {code: "KeyA", ctrl: true, label: text("key-select-all"), run: () => grid.choose(pages.list.map((page) => page.key))},
    {code: "Escape", run: () => (grid.chosen.size ? grid.choose([]) : false)},
    {code: "ArrowLeft", ctrl: true, label: text("key-earlier"), run: does.earlier},
    {code: "ArrowRight", ctrl: true, label: text("key-later"), run: does.later},
    {code: "KeyR", label: text("key-turn-right"), run: does.right},
    {code: "KeyR", shift: true, label: text("key-turn-left"), run: does.left},
    {code: "KeyS", label: text("key-split"), run: split},
    {code: "Delete", label: text("key-leave-out"), run: remove},
    {code: "Enter", label: text("key-open-page"), run: () => grid.open(grid.at)},
], {scope: grid.element, title: text("organiser")});
bindKeys([{code: "KeyZ", ctrl: true, label: text("key-undo"), run: () => pages.undo()}], {title: text("organiser")});

if (setup.others.length) {
    pages.list = [...own, ...setup.others.flatMap(pagesOf)];
    result.value = "documents";
}
show();
one(".organiser-tools").hidden = false;
grid.moveTo(pages.list[0].key, {focus: false});
