/* Two people have changed one block: both texts, and which of them counts. */
import {text} from "./texts.js";

/* `conflicts`: [{block, mine, theirs}]; `theirs` is null where the block is gone. */
export function showConflicts(owner, conflicts) {
    for (const conflict of conflicts) {
        owner.pane.conflicts.set(conflict.block.id, conflict);
        const view = owner.pane.views.get(conflict.block.id);
        if (view) {
            // Their text is in the block again; what was typed stands beside it.
            view.setValue(view.isTable ? null : view.block.text);
        }
        showConflict(owner, conflict);
    }
}

/* Also after the page was redrawn. */
export function showConflict(owner, conflict) {
    const view = owner.pane.views.get(conflict.block.id);
    if (view) {
        view.conflict = true;
        view.element.append(makeBox(owner, view, conflict));
    } else {
        owner.pane.element.append(makeBox(owner, null, conflict));
    }
}

function makeBox(owner, view, {block, mine, theirs}) {
    const box = document.createElement("div");
    box.className = "conflict notice warn";
    box.setAttribute("role", "alert");
    const said = typeof mine === "string" ? mine : mine.map((row) => row.map((cell) => cell.text).join("\t")).join("\n");
    box.append(paragraph(text(view ? "conflict" : "conflict-gone"), "conflict-question"));
    if (view) {
        box.append(reading(text("theirs"), theirs ?? view.block.text));
    }
    box.append(reading(text("mine"), said));
    const close = () => {
        box.remove();
        owner.pane.conflicts.delete(block.id);
        if (view) {
            view.conflict = false;
        }
    };
    const keep = button(text("keep-mine"), () => {
        close();
        if (view) {
            view.setValue(mine);
            owner.saver.flush();
        } else {
            owner.saver.edit([{op: "add", bbox: block.box, label: owner.saver.labelFor(block.label), text: said}]);
        }
    });
    const take = button(text("take-theirs"), () => {
        close();
        owner.saver.say("");
        view?.focus(0);
    });
    const buttons = paragraph("", "buttons");
    buttons.append(keep, take);
    box.append(buttons);
    return box;
}

function reading(name, words) {
    const element = document.createElement("div");
    element.className = "conflict-text";
    element.append(paragraph(name, "small muted"), paragraph(words, "conflict-words"));
    return element;
}

function paragraph(words, className) {
    const element = document.createElement("p");
    element.className = className;
    element.textContent = words;
    return element;
}

function button(label, run) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "button small";
    element.textContent = label;
    element.addEventListener("click", run);
    return element;
}
