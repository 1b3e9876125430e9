/* What is done with a selection, and what is asked before. */
import {post} from "./http.js";
import {changeAll} from "./list_changes.js";
import {TagField} from "./tag_field.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

/* Titles that the preview asks for. */
const PREVIEWED = 50;
/* Approving fewer documents than this needs no question. */
const MANY = 10;

let list;
let selection;
let rows;
let tags;

export function startDialogs(element, selected, allRows) {
    [list, selection, rows] = [element, selected, allRows];
    const dialog = document.getElementById("tag-dialog");
    tags = new TagField(dialog, list.dataset.tagsUrl);
    for (const button of document.querySelectorAll("#selection-bar [data-do]")) {
        if (button.dataset.do in ACTIONS) {
            button.addEventListener("click", () => openDialog(button.dataset.do));
        }
    }
    for (const button of document.querySelectorAll("#selection-bar [data-download]")) {
        button.addEventListener("click", () => download(button.dataset.download));
    }
    list.addEventListener("click", ({target}) => {
        const one = target.closest("[data-edit-tags]")?.closest(".doc-row");
        if (one) {
            askTags([one.dataset.id]);
        }
    });
    startPattern();
}

export function openDialog(name) {
    if (document.querySelector(`#selection-bar [data-do="${name}"]`)) {
        ACTIONS[name]([...selection.ids]);
    }
}

const ACTIONS = {
    tag: askTags,
    title: askTitles,
    move: (ids) => ask("move-dialog", ids, (dialog) => ({
        action: "move", team: dialog.querySelector("select").value})),
    reprocess: (ids) => ask("reprocess-dialog", ids, (dialog) => ({
        action: "reprocess", pages: dialog.querySelector("input:checked").value})),
    approve: (ids) => (ids.length < MANY ? apply(ids, {action: "approve"}) :
        ask("approve-dialog", ids, () => ({action: "approve"}))),
    join,
    trash: (ids) => apply(ids, {action: "trash"}, {
        undo: (changed) => apply(changed, {action: "untrash"})}),
    untrash: (ids) => apply(ids, {action: "untrash"}),
};

/* Shows the dialog; where it is confirmed, makes the change that `read` takes from it. */
function ask(name, ids, read) {
    const dialog = document.getElementById(name);
    dialog.querySelector("[data-about]").textContent = text("selected", {count: ids.length});
    dialog.returnValue = "";
    dialog.onclose = () => {
        if (dialog.returnValue === "apply") {
            const change = read(dialog);
            if (change) {
                apply(ids, change);
            }
        }
    };
    dialog.showModal();
    return dialog;
}

/* What was refused stays selected, so that something else can be tried. */
async function apply(ids, change, options = {}) {
    const {changed, refused} = await changeAll(list.dataset.changeUrl, ids, change, options);
    if (["trash", "untrash", "move", "approve"].includes(change.action)) {
        const gone = new Set(changed);
        selection.replace([...selection.ids].filter((id) => !gone.has(id)));
    }
    return refused;
}

function askTags(ids) {
    const chosen = new Set(ids);
    const carried = rows().filter((row) => chosen.has(row.dataset.id))
        .flatMap((row) => row.dataset.tags.split(",").filter(Boolean));
    tags.open([...new Set(carried)].sort((one, other) => one.localeCompare(other)));
    ask("tag-dialog", ids, () => {
        const {add, remove} = tags.value();
        return add.length || remove.length ? {action: "tag", add, remove} : null;
    });
    tags.focus();
}

/* --- titles ----------------------------------------------------------------------------------- */

let previewed = [];
let asked = 0;

function startPattern() {
    const dialog = document.getElementById("title-dialog");
    const field = dialog.querySelector("#pattern");
    let timer = 0;
    field.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(preview, 200);
    });
    for (const button of dialog.querySelectorAll("[data-insert]")) {
        button.addEventListener("click", () => {
            field.setRangeText(`{${button.dataset.insert}}`, field.selectionStart, field.selectionEnd, "end");
            field.focus();
            preview();
        });
    }
}

function askTitles(ids) {
    previewed = ids;
    const dialog = ask("title-dialog", ids, () => ({
        action: "title", pattern: document.getElementById("pattern").value}));
    const field = dialog.querySelector("#pattern");
    field.focus();
    field.select();
    preview();
}

async function preview() {
    const dialog = document.getElementById("title-dialog");
    const shown = dialog.querySelector("[data-preview]");
    const error = dialog.querySelector("[data-error]");
    const button = dialog.querySelector('[value="apply"]');
    const field = dialog.querySelector("#pattern");
    const mine = ++asked;
    try {
        const {titles} = await post(list.dataset.titlesUrl, {
            ids: previewed.slice(0, PREVIEWED), pattern: field.value});
        if (mine !== asked) {
            return;
        }
        error.textContent = "";
        button.disabled = !titles.some(({after}) => after);
        const more = previewed.length - titles.length;
        shown.replaceChildren(...titles.map(line), ...(more > 0 ? [note(more)] : []));
    } catch (problem) {
        if (mine === asked) {
            error.textContent = problem.detail ?? text("failed");
            button.disabled = true;
        }
    }
    field.setAttribute("aria-invalid", String(Boolean(error.textContent)));
}

function line({before, after}) {
    const item = document.createElement("li");
    const old = document.createElement("span");
    old.className = "muted small";
    old.textContent = old.title = before;
    const fresh = document.createElement("span");
    fresh.textContent = fresh.title = after || "—";
    item.append(old, fresh);
    return item;
}

/* Their pages are put together on the page of the first one, in the order of the list. */
const MOST_JOINED = 100;

function join(ids) {
    if (ids.length < 2 || ids.length > MOST_JOINED) {
        toast(text("join-several", {count: MOST_JOINED}));
        return;
    }
    const shown = rows().map((row) => row.dataset.id);
    const place = (id) => (shown.includes(id) ? shown.indexOf(id) : shown.length);
    const [first, ...others] = [...ids].sort((one, other) => place(one) - place(other));
    const query = new URLSearchParams(others.map((id) => ["with", id]));
    location.assign(`${list.dataset.arrangeUrl.replace("00000000-0000-0000-0000-000000000000", first)}?${query}`);
}

function note(more) {
    const item = document.createElement("li");
    item.className = "muted small";
    item.textContent = text("preview-more", {count: more});
    return item;
}

function download(kind) {
    const form = document.getElementById("download-form");
    form.elements.kind.value = kind;
    form.elements.ids.value = [...selection.ids].join(",");
    form.requestSubmit();
    document.querySelector("#selection-bar details[open]")?.removeAttribute("open");
    toast(text("download-begins"));
}
