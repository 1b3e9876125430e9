/* Tags in a dialog: typed with suggestions, added as chips; those that documents have are taken off. */
import {get} from "./http.js";

export class TagField {
    constructor(dialog, url) {
        this.dialog = dialog;
        this.url = url;
        this.input = dialog.querySelector('[role="combobox"]');
        this.list = dialog.querySelector('[role="listbox"]');
        this.added = dialog.querySelector("[data-added]");
        this.removable = dialog.querySelector("[data-removable]");
        this.names = [];
        this.chosen = -1;
        this.asked = 0;
        this.input.addEventListener("input", () => this.typed());
        this.input.addEventListener("keydown", (event) => this.key(event));
        this.list.addEventListener("mousedown", (event) => {
            event.preventDefault();
            const option = event.target.closest('[role="option"]');
            if (option) {
                this.add(option.textContent);
            }
        });
    }

    open(carried) {
        this.names = [];
        this.input.value = "";
        this.hide();
        this.draw();
        this.dialog.querySelector("[data-remove]").hidden = !carried.length;
        this.removable.replaceChildren(...carried.map((name) => {
            const button = chip(name);
            button.setAttribute("aria-pressed", "false");
            button.addEventListener("click", () => {
                button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") === "false"));
            });
            return button;
        }));
    }

    focus() {
        this.input.focus();
    }

    value() {
        this.commit();
        const pressed = [...this.removable.querySelectorAll('[aria-pressed="true"]')];
        return {add: this.names, remove: pressed.map((button) => button.dataset.name)};
    }

    commit() {
        const typed = this.input.value;
        typed.split(",").forEach((name) => this.add(name));
        this.input.value = "";
        this.hide();
    }

    add(name) {
        const clean = name.split(/\s+/).filter(Boolean).join(" ");
        const known = this.names.some((each) => each.toLowerCase() === clean.toLowerCase());
        if (clean && !known) {
            this.names.push(clean);
        }
        this.input.value = "";
        this.hide();
        this.draw();
    }

    draw() {
        this.added.replaceChildren(...this.names.map((name) => {
            const item = document.createElement("li");
            const button = chip(`${name} ×`, name);
            button.addEventListener("click", () => {
                this.names = this.names.filter((each) => each !== name);
                this.draw();
                this.input.focus();
            });
            item.append(button);
            return item;
        }));
    }

    async typed() {
        if (this.input.value.includes(",")) {
            this.commit();
            return;
        }
        const typed = this.input.value.trim();
        const mine = ++this.asked;
        if (!typed) {
            this.hide();
            return;
        }
        try {
            const {names} = await get(`${this.url}?q=${encodeURIComponent(typed)}`);
            if (mine === this.asked && this.input.value.trim() === typed) {
                this.suggest(names);
            }
        } catch {
            this.hide(); // typing goes on without suggestions
        }
    }

    suggest(names) {
        this.chosen = -1;
        this.list.replaceChildren(...names.map((name, index) => {
            const option = document.createElement("li");
            option.role = "option";
            option.id = `tag-suggestion-${index}`;
            option.textContent = name;
            option.setAttribute("aria-selected", "false");
            return option;
        }));
        this.list.hidden = !names.length;
        this.input.setAttribute("aria-expanded", String(names.length > 0));
        this.input.removeAttribute("aria-activedescendant");
    }

    hide() {
        this.asked += 1;
        this.suggest([]);
    }

    key(event) {
        const options = [...this.list.children];
        if (event.key === "Enter" && (this.chosen >= 0 || this.input.value.trim())) {
            event.preventDefault(); // Enter in an empty field applies
            this.add(this.chosen >= 0 ? options[this.chosen].textContent : this.input.value);
        } else if (event.key === "Escape" && !this.list.hidden) {
            event.preventDefault();
            event.stopPropagation();
            this.hide();
        } else if (event.key === "Backspace" && !this.input.value && this.names.length) {
            this.names.pop();
            this.draw();
        } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
            event.preventDefault();
            const by = event.key === "ArrowDown" ? 1 : -1;
            this.chosen = (this.chosen + by + options.length) % options.length;
            options.forEach((option, index) => {
                option.setAttribute("aria-selected", String(index === this.chosen));
            });
            this.input.setAttribute("aria-activedescendant", options[this.chosen].id);
            options[this.chosen].scrollIntoView({block: "nearest"});
        }
    }
}

function chip(label, name = label) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.textContent = label;
    button.dataset.name = name;
    return button;
}
