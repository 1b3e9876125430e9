/* Changing the blocks themselves: a small menu on each, and keys. */
import {bindKeys} from "./keys.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";
import {iconOf} from "./viewer_tools.js";
import {changeShape} from "./document_tables.js";

const TABLE_VERBS = ["row-below", "column-right", "delete-row", "delete-column"];

export function blockMenu(view) {
    const menu = document.createElement("details");
    menu.className = "menu block-menu";
    const button = document.createElement("summary");
    button.className = "button quiet small icon-only";
    button.setAttribute("aria-label", text("block-menu", {number: view.index + 1}));
    button.append(iconOf("more"));
    // The caret must stay where the block is to be split.
    button.addEventListener("pointerdown", () => {
        view.splitAt = view.caret();
        view.cell = currentCell(view);
    });
    const list = document.createElement("div");
    menu.append(button, list);
    menu.addEventListener("toggle", () => {
        if (menu.open && !list.childElementCount) {
            fill(view, menu, list);
        }
    });
    return menu;
}

function fill(view, menu, list) {
    list.append(kindChoice(view, menu));
    const verbs = view.isTable ? [...TABLE_VERBS, "move-up", "move-down", "delete-block"]
        : ["split", "merge-next", "move-up", "move-down", "delete-block"];
    for (const verb of verbs) {
        const item = document.createElement("button");
        item.type = "button";
        item.className = verb.startsWith("delete") ? "menu-item danger" : "menu-item";
        item.textContent = text(verb);
        item.addEventListener("click", () => {
            menu.open = false;
            run(verb, view);
        });
        list.append(item);
    }
}

function kindChoice(view, menu) {
    const label = document.createElement("label");
    label.className = "field";
    const name = document.createElement("span");
    name.className = "label";
    name.textContent = text("block-kind");
    const choice = document.createElement("select");
    const {labels} = view.pane.owner.setup;
    const known = view.block.label in labels ? labels : {[view.block.label]: view.block.label_name, ...labels};
    for (const [value, words] of Object.entries(known)) {
        choice.append(new Option(words, value, false, value === view.block.label));
    }
    choice.addEventListener("change", () => {
        menu.open = false;
        edit(view, [{op: "relabel", block: view.block.id, label: choice.value}]);
    });
    label.append(name, choice);
    return label;
}

function currentCell(view) {
    return document.activeElement?.closest?.("td, th") && view.element.contains(document.activeElement)
        ? document.activeElement : null;
}

function edit(view, edits) {
    return view.pane.owner.saver.edit(edits);
}

function neighbour(view, by) {
    const views = [...view.pane.views.values()];
    return views[views.indexOf(view) + by];
}

export function run(verb, view) {
    const id = view.block.id;
    if (verb === "split") {
        split(view);
    } else if (verb === "merge-next") {
        const next = neighbour(view, 1);
        next ? edit(view, [{op: "merge", blocks: [id, next.block.id]}]) : toast(text("no-next"));
    } else if (verb === "move-up" && neighbour(view, -1)) {
        edit(view, [{op: "move", block: id, after: neighbour(view, -2)?.block.id ?? null}]);
    } else if (verb === "move-down" && neighbour(view, 1)) {
        edit(view, [{op: "move", block: id, after: neighbour(view, 1).block.id}]);
    } else if (verb === "delete-block") {
        remove(view);
    } else if (TABLE_VERBS.includes(verb)) {
        reshape(view, verb);
    }
}

function split(view) {
    const at = view.caret() ?? view.splitAt;
    const words = at === null || at === undefined ? 0 : (view.value.slice(0, at).match(/\S+/g)?.length ?? 0);
    if (!words || words >= (view.value.match(/\S+/g)?.length ?? 0)) {
        toast(text("put-caret"));
        return;
    }
    edit(view, [{op: "split", block: view.block.id, at: words}]);
}

/* Deleted for good at once; Undo puts it back where it was, with its text. */
async function remove(view) {
    const {block} = view;
    const before = neighbour(view, -1)?.block.id ?? null;
    const value = view.isTable ? block.text : view.value;
    if (await edit(view, [{op: "delete", block: block.id}])) {
        const {saver} = view.pane.owner;
        toast(text("deleted-block"), {
            undo: () => saver.edit([{op: "add", bbox: block.box, label: saver.labelFor(block.label), text: value, after: before}]),
        });
    }
}

function reshape(view, verb) {
    const cell = currentCell(view) ?? view.cell ?? view.fields().at(-1);
    const rows = [...view.body.querySelectorAll("tr")];
    const y = Math.max(rows.indexOf(cell?.parentElement), 0);
    edit(view, [{op: "table", block: view.block.id, rows: changeShape(view.value, verb, y, cell?.cellIndex ?? 0)}]);
}

/* Keys work in the text that is being edited. */
export function bindTextKeys(pane) {
    const inBlock = (verb) => () => {
        const view = pane.focused();
        return view ? run(verb, view) : false;
    };
    const key = (code, label, act, more = {}) => ({code, ctrl: true, label: text(label), run: act, whenTyping: true, ...more});
    bindKeys([
        key("Enter", "key-save", () => pane.owner.saver.flush()),
        key("Enter", "split", inBlock("split"), {shift: true}),
        key("KeyM", "merge-next", inBlock("merge-next")),
        key("ArrowUp", "move-up", inBlock("move-up"), {shift: true}),
        key("ArrowDown", "move-down", inBlock("move-down"), {shift: true}),
        key("Backspace", "delete-block", inBlock("delete-block"), {shift: true}),
        key("Escape", "key-leave", () => {
            document.activeElement.blur();
            pane.owner.viewer.frame.focus({preventScroll: true});
        }, {ctrl: false}),
    ], {scope: pane.element, title: text("keys-text")});
}
