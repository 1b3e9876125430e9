/* A page without text: why, and what can be done. */
import {text} from "./texts.js";

export function emptyPage(owner, page) {
    const box = document.createElement("div");
    box.className = "empty-page";
    const said = document.createElement("p");
    const waits = page.status === "pending" || page.status === "running";
    if (waits) {
        said.textContent = text("waiting-page");
    } else if (page.status === "skipped") {
        said.textContent = text("skipped-page");
    } else if (page.failure) {
        said.textContent = page.number ? text("failed-page", {reason: page.failure}) : page.failure;
        said.className = "notice bad";
    } else {
        said.textContent = text("nothing-read");
    }
    box.append(said);
    if (waits) {
        return box;
    }
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    if (owner.setup.may.reprocess) {
        const again = page.number ? text("read-this-again") : text("read-again");
        buttons.append(button(again, () => owner.parts.readAgain(page.number ? "this" : "all")));
    }
    if (owner.setup.may.correct && page.number && page.status !== "skipped") {
        buttons.append(button(text("type-it"), () => type(owner, box)));
    }
    box.append(buttons);
    return box;
}

/* A field for the whole page; what is typed becomes its first block. */
function type(owner, box) {
    const field = document.createElement("textarea");
    field.className = "input first-text";
    field.rows = 12;
    field.setAttribute("aria-label", text("type-it"));
    const save = button(text("key-save"), async () => {
        if (field.value.trim()) {
            const {width, height} = owner.imageSize();
            const edge = Math.round(Math.min(width, height) * 0.05);
            await owner.saver.edit([{op: "add", bbox: [edge, edge, width - edge, height - edge], label: "text", text: field.value}]);
        }
    });
    save.classList.add("primary");
    field.addEventListener("keydown", (event) => {
        if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            save.click();
        }
    });
    box.replaceChildren(field, save);
    field.focus();
}

function button(label, run) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "button";
    element.textContent = label;
    element.addEventListener("click", run);
    return element;
}
