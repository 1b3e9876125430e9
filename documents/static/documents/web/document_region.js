/* A region drawn on the scan: its words are copied, or it becomes a block. */
import {text} from "./texts.js";
import {toast} from "./toast.js";

/* Returns a function that is called with the region, px of the page. */
export function bindRegion(owner) {
    const menu = document.querySelector(".region-menu");
    const {viewer} = owner;
    const close = () => {
        menu.hidden = true;
        viewer.frame.focus({preventScroll: true});
    };
    menu.addEventListener("keydown", (event) => {
        if (event.code === "Escape") {
            event.stopPropagation();
            close();
        }
    });

    return (box) => {
        const words = wordsIn(owner.page, box);
        const buttons = [];
        if (words.length) {
            buttons.push(button(text("copy-words", {count: words.length}), async () => {
                await copy(words.join(" "));
                toast(text("copied"));
                close();
            }));
        } else {
            const none = document.createElement("p");
            none.className = "small muted";
            none.textContent = text("no-words-here");
            buttons.push(none);
        }
        if (owner.setup.may.correct && owner.page.status !== "pending" && owner.page.status !== "running") {
            buttons.push(button(text("new-block"), async () => {
                close();
                await addBlock(owner, box);
            }));
        }
        buttons.push(button(text("cancel"), close));
        menu.replaceChildren(...buttons);
        menu.hidden = false;
        place(menu, viewer.toFrame(box));
        menu.querySelector("button").focus();
    };
}

function place(menu, [x0, , x1, y1]) {
    const room = menu.parentElement.getBoundingClientRect();
    const left = Math.min(Math.max((x0 + x1) / 2 - menu.offsetWidth / 2, 8), room.width - menu.offsetWidth - 8);
    const top = Math.min(y1 + 8, room.height - menu.offsetHeight - 8);
    menu.style.left = `${left}px`;
    menu.style.top = `${Math.max(top, 8)}px`;
}

function wordsIn(page, [x0, y0, x1, y1]) {
    return page.blocks.flatMap((block) => block.words.filter((word) => {
        const [x, y] = [(word[2] + word[4]) / 2, (word[3] + word[5]) / 2];
        return word.length > 2 && x >= x0 && x <= x1 && y >= y0 && y <= y1;
    }).map(([start, end]) => block.text.slice(start, end)));
}

async function addBlock(owner, box) {
    const before = new Set(owner.page.blocks.map(({id}) => id));
    if (await owner.saver.edit([{op: "add", bbox: box, label: "text", text: ""}])) {
        const added = owner.page.blocks.find(({id}) => !before.has(id));
        owner.switchView("text");
        owner.pane.views.get(added?.id)?.focus(0);
    }
}

async function copy(words) {
    try {
        await navigator.clipboard.writeText(words);
    } catch {
        // Without a secure connection there is no clipboard for scripts.
        const field = document.createElement("textarea");
        field.value = words;
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
    }
}

function button(label, run) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "menu-item";
    element.textContent = label;
    element.addEventListener("click", run);
    return element;
}
