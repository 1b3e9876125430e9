/* The lists of documents: the cursor and its keys, progress of what is being read, pictures that are
 * not there yet. Selection, changes, dialogs and the preview have modules of their own. */
import {bindKeys} from "./keys.js";
import {showLatestJob} from "./list_job.js";
import {openDialog, startDialogs} from "./list_dialogs.js";
import {startPreview} from "./list_preview.js";
import {Selection} from "./list_selection.js";
import {editTitle, startTitleEditing} from "./list_titles.js";
import {poll} from "./poll.js";
import {text} from "./texts.js";

const list = document.getElementById("documents");
const part = document.getElementById("list-part");
const selection = new Selection(list);
const preview = startPreview(document.getElementById("preview"));
const rows = () => [...part.querySelectorAll(".doc-row")];
let at = null;
/* Rows have ended their reading, and the list that was loaded before has them in the wrong place. */
let isStale = false;

function moveTo(row, {focus = true, scroll = true} = {}) {
    if (!row) {
        return;
    }
    at?.classList.remove("at");
    at?.setAttribute("tabindex", "-1");
    at = row;
    at.classList.add("at");
    at.setAttribute("tabindex", "0");
    if (focus) {
        at.focus({preventScroll: !scroll});
    }
    preview?.show(at);
}

/* The row that the cursor is at; the first one where it is nowhere yet. */
function current() {
    return at?.isConnected ? at : null;
}

function step(by) {
    const all = rows();
    const place = all.indexOf(current());
    moveTo(place < 0 ? all[0] : all[Math.min(Math.max(place + by, 0), all.length - 1)]);
}

function extend(by) {
    const from = current() ?? rows()[0];
    if (!from) {
        return;
    }
    selection.set(from, true);
    moveTo(from, {focus: false});
    step(by);
    selection.set(current(), true);
}

function withRow(run) {
    return () => {
        const row = current();
        return row ? run(row) : false;
    };
}

/* What a change is for: the selection, else the row at the cursor. */
function change(name) {
    return () => {
        if (!selection.size && current()) {
            selection.set(current(), true);
        }
        return selection.size ? openDialog(name) : false;
    };
}

bindKeys([
    {code: "KeyJ", label: text("key-next"), run: () => step(1)},
    {code: "ArrowDown", run: () => step(1)},
    {code: "KeyK", label: text("key-previous"), run: () => step(-1)},
    {code: "ArrowUp", run: () => step(-1)},
    {code: "KeyX", label: text("key-mark"), run: withRow((row) => selection.toggle(row))},
    {code: "ArrowDown", shift: true, label: text("key-extend"), run: () => extend(1)},
    {code: "ArrowUp", shift: true, label: text("key-extend"), run: () => extend(-1)},
    {code: "KeyJ", shift: true, run: () => extend(1)},
    {code: "KeyK", shift: true, run: () => extend(-1)},
    {code: "KeyA", ctrl: true, label: text("key-all"), run: () => selection.setAll(rows(), true)},
    {code: "Enter", label: text("key-open"), run: withRow((row) => location.assign(row.dataset.url))},
    {code: "F2", label: text("key-rename"), run: withRow((row) => editTitle(row, list.dataset.api))},
    {code: "KeyT", label: text("key-tag"), run: change("tag")},
    {code: "KeyR", label: text("key-title"), run: change("title")},
    {code: "KeyM", label: text("key-move"), run: change("move")},
    {code: "KeyA", label: text("key-approve"), run: change("approve")},
    {code: "Delete", label: text("key-trash"), run: change("trash")},
    {code: "Escape", label: text("key-clear"), run: () => (selection.size ? selection.clear() : false)},
], {title: text("keys")});

part.addEventListener("click", (event) => {
    const row = event.target.closest(".doc-row");
    if (!row) {
        return;
    }
    const picking = event.target.closest(".pick");
    if (picking) {
        if (event.target instanceof HTMLInputElement) {
            selection.pick(row, event.target.checked, event.shiftKey, rows());
            moveTo(row, {focus: false});
        }
        return;
    }
    if (event.shiftKey && !event.target.closest("a, button, input")) {
        selection.pick(row, true, true, rows());
        return;
    }
    // In the split view a click on a row shows the document beside the list.
    if (preview && !event.target.closest("button, input, .chip") && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        moveTo(row);
    }
});
part.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest(".doc-row")) {
        event.preventDefault(); // the browser would select text
    }
});
part.addEventListener("focusin", ({target}) => {
    const row = target.closest(".doc-row");
    if (row && row !== at) {
        moveTo(row, {focus: false});
    }
});

/* A picture that can't be had now: a sheet is drawn in its place. */
document.addEventListener("error", ({target}) => {
    if (target instanceof HTMLImageElement && target.closest(".thumb")) {
        target.hidden = true;
    }
}, true);

/* --- the list follows the archive --------------------------------------------------------------- */

async function fetchPart(url) {
    const answer = await fetch(url, {headers: {"HX-Request": "true"}, credentials: "same-origin"});
    if (!answer.ok || answer.redirected) {
        throw new Error(String(answer.status));
    }
    return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/* The whole list again, as long as it was. The place and the selection stay; rows that are as they
 * were stay the same elements, so that their pictures do not flicker. */
async function refresh({scroll = true} = {}) {
    const url = new URL(list.dataset.url, location.href);
    const shown = rows().length;
    url.searchParams.set("size", Math.min(Math.max(shown, 50), 500));
    const known = at?.dataset.id;
    const place = rows().indexOf(at);
    const focused = part.contains(document.activeElement);
    const fresh = await fetchPart(url);
    for (const row of fresh.querySelectorAll(".doc-row")) {
        const old = document.getElementById(row.id);
        if (old?.isEqualNode(row)) {
            row.replaceWith(old);
        }
    }
    part.replaceChildren(...fresh.body.childNodes);
    isStale = false;
    window.htmx?.process(part);
    const facts = part.querySelector("[data-facts]");
    if (facts) {
        list.dataset.count = facts.dataset.count;
        document.getElementById("count").textContent = facts.textContent;
    }
    selection.restore(rows());
    at = null;
    const next = known && document.getElementById(`d-${known}`);
    if (known) {
        const all = rows();
        moveTo(next ?? all[Math.min(Math.max(place, 0), all.length - 1)], {focus: focused, scroll});
    }
    follow.now();
}

/* Whether a row leaves its place once it is read: what is in work stands on top of the inbox, and a
 * list of a status has what is in it. Elsewhere a row stays and says that it is ready. */
function moves(row) {
    return row.closest(".on-top") || new URL(list.dataset.url, location.href).searchParams.has("status");
}

async function updateUnfinished() {
    const waiting = [...part.querySelectorAll(".doc-row[data-unfinished]")];
    if (!waiting.length && !isStale) {
        return undefined;
    }
    const ids = waiting.slice(0, 100).map((row) => row.dataset.id);
    const fresh = await fetchPart(`${list.dataset.rowsUrl}?ids=${ids.join(",")}`);
    isStale ||= waiting.slice(0, 100).some((old) =>
        moves(old) && !fresh.getElementById(old.id)?.hasAttribute("data-unfinished"));
    // A title that is being written stays; the list is put in order when it is.
    if (isStale && !part.querySelector(".doc-title input")) {
        await refresh({scroll: false});
        return true;
    }
    let changed = false;
    for (const old of waiting) {
        const row = fresh.getElementById(old.id);
        if (row && !row.isEqualNode(old) && !old.contains(document.activeElement)) {
            changed ||= row.textContent !== old.textContent;
            const wasAt = old === at;
            old.replaceWith(row);
            selection.restore([row]);
            if (wasAt) {
                moveTo(row, {focus: false});
            }
        }
    }
    return changed || undefined;
}

const follow = poll(updateUnfinished, {first: 2000, max: 20000});
document.addEventListener("documents-changed", () => refresh().catch(() => {}));
part.addEventListener("htmx:afterSettle", () => selection.restore(rows()));

startDialogs(list, selection, rows);
startTitleEditing(part, list.dataset.api);
showLatestJob();
if (preview) {
    moveTo(rows()[0], {focus: false});
}
