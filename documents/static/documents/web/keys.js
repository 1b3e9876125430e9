/* Keys by their place on the keyboard (event.code), so that they work in every layout. `?` shows all
 * that are bound.
 *
 * bindKeys([{code, shift, ctrl, label, run, whenTyping}], {scope, title}) returns a function that
 * unbinds. `scope`: an element that the keys work in (default: everywhere while no dialog is open).
 * `title`: their heading in the map. Keys without a label are not in the map. `ctrl` is Ctrl or ⌘.
 * `run(event)` returns false where the key should do what it does without us. */
import {text} from "./texts.js";

const groups = [];
/* Who types by voice or by mistake can turn off the keys that need no Ctrl (WCAG 2.1.4). */
const OFF = "single-keys-off";
let singleKeys = readSetting();
const NAMES = {
    Enter: "Enter", Escape: "Esc", Backspace: "⌫", Space: "␣", Slash: "/", Delete: "Del",
    ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Equal: "+", Minus: "−",
    BracketLeft: "[", BracketRight: "]", Comma: ",", Period: ".",
};
const NO_TEXT = new Set(["checkbox", "radio", "button", "submit", "reset", "file", "range", "color"]);

export function bindKeys(keys, {scope = document, title = ""} = {}) {
    const group = {keys, scope, title};
    groups.push(group);
    return () => groups.splice(groups.indexOf(group), 1);
}

export function isTyping(target) {
    if (!(target instanceof HTMLElement)) {
        return false;
    }
    if (target.isContentEditable || target.matches("textarea, select")) {
        return true;
    }
    return target.matches("input") && !NO_TEXT.has(target.type);
}

function readSetting() {
    try {
        return localStorage.getItem(OFF) === null;
    } catch {
        return true;
    }
}

function isMeant(key, event) {
    return (singleKeys || key.ctrl || key.whenTyping) && key.code === event.code && Boolean(key.shift) === event.shiftKey &&
        Boolean(key.ctrl) === (event.ctrlKey || event.metaKey) && !event.altKey;
}

function isActive({scope}, target) {
    if (scope === document) {
        return !document.querySelector("dialog[open]");
    }
    return scope.isConnected && (scope.contains(target) || scope.matches("dialog[open]"));
}

/* A focused button or link does what Enter and Space do by themselves. */
function actsByItself(event) {
    return (event.code === "Enter" || event.code === "Space") && event.target instanceof Element &&
        event.target.closest("button, a[href], summary, input") && !isTyping(event.target);
}

function onKey(event) {
    if (event.isComposing || event.defaultPrevented) {
        return;
    }
    const typing = isTyping(event.target);
    for (let index = groups.length - 1; index >= 0; index -= 1) {
        const group = groups[index];
        if (!isActive(group, event.target)) {
            continue;
        }
        for (const key of group.keys) {
            const allowed = key.whenTyping || (!typing && !actsByItself(event)) || key.ctrl;
            if (isMeant(key, event) && allowed && key.run(event) !== false) {
                event.preventDefault();
                return;
            }
        }
    }
    const asks = singleKeys && (event.key === "?" || (event.code === "Slash" && event.shiftKey));
    if (asks && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        showKeyMap();
    }
}

function nameOf(key) {
    const name = NAMES[key.code] ?? key.code.replace(/^(Key|Digit|Numpad)/, "");
    return [key.ctrl && "Ctrl", key.shift && "Shift", name].filter(Boolean).join(" + ");
}

export function showKeyMap() {
    const dialog = document.getElementById("key-map");
    if (!dialog || dialog.open) {
        return;
    }
    const list = dialog.querySelector("[data-keys]");
    list.replaceChildren();
    for (const title of new Set(groups.map((group) => group.title))) {
        const keys = groups.filter((group) => group.title === title).flatMap((group) => group.keys);
        const named = keys.filter((key) => key.label);
        if (named.length) {
            list.append(...describe(title || text("everywhere"), named));
        }
    }
    dialog.showModal();
}

function describe(title, keys) {
    const heading = document.createElement("h3");
    heading.textContent = title;
    const map = document.createElement("dl");
    for (const key of keys) {
        const term = document.createElement("dt");
        const name = document.createElement("kbd");
        name.className = "kbd";
        name.textContent = nameOf(key);
        term.append(name);
        const meaning = document.createElement("dd");
        meaning.textContent = key.label;
        map.append(term, meaning);
    }
    return [heading, map];
}

document.addEventListener("keydown", onKey);

const choice = document.querySelector("[data-single-keys]");
if (choice) {
    choice.checked = singleKeys;
    choice.addEventListener("change", () => {
        singleKeys = choice.checked;
        if (singleKeys) {
            localStorage.removeItem(OFF);
        } else {
            localStorage.setItem(OFF, "1");
        }
    });
}
