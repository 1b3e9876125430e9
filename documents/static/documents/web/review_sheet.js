/* The doubts of a page on one sheet: the eye runs over them, and Enter says that all which are chosen are
 * right. What is left out is asked alone afterwards. */
import {bindKeys} from "./keys.js";
import {Crop, buildPlace} from "./review_crop.js";
import {text} from "./texts.js";

export class Sheet {
    /* `confirm(doubts)`: those that are right; `leave()`: back to one after the other. */
    constructor(element, {confirm, leave}) {
        this.element = element;
        this.grid = element.querySelector("[data-sheet]");
        this.label = element.querySelector("[data-sheet-confirm] span");
        this.places = [];
        const take = () => confirm(this.places.filter(({chosen}) => chosen).map(({doubt}) => doubt));
        element.querySelector("[data-sheet-confirm]").addEventListener("click", take);
        element.querySelector("[data-sheet-leave]").addEventListener("click", leave);
        const onPlace = (run) => ({target}) => (target.closest("[data-sheet]") ? run() : false);
        bindKeys([
            {code: "Enter", label: text("k-confirm"), whenTyping: true, run: onPlace(take)},
            {code: "NumpadEnter", whenTyping: true, run: onPlace(take)},
            {code: "KeyX", label: text("k-exclude"), run: onPlace(() => this.toggle(this.at()))},
            {code: "ArrowRight", label: text("k-next-place"), run: () => this.move(1)},
            {code: "ArrowLeft", label: text("k-previous-place"), run: () => this.move(-1)},
            {code: "Escape", label: text("k-leave-sheet"), run: leave},
        ], {scope: element, title: text("sheet")});
    }

    show(page, doubts) {
        this.places = doubts.map((doubt) => ({doubt, chosen: true}));
        this.grid.replaceChildren(...this.places.map((place, index) => this.build(page, place, index)));
        this.grid.querySelector("button").focus();
        this.count();
    }

    build(page, {doubt}, index) {
        const {item, button, crop} = buildPlace();
        const words = document.createElement("b");
        words.textContent = doubt.text;
        button.append(words);
        button.addEventListener("click", () => this.toggle(index));
        new Crop(crop).show(page, doubt);
        return item;
    }

    at() {
        return [...this.grid.querySelectorAll("button")].indexOf(document.activeElement);
    }

    toggle(index) {
        const place = this.places[index];
        place.chosen = !place.chosen;
        this.grid.querySelectorAll("button")[index].setAttribute("aria-pressed", String(place.chosen));
        this.count();
    }

    move(step) {
        const buttons = [...this.grid.querySelectorAll("button")];
        buttons[Math.min(Math.max(this.at() + step, 0), buttons.length - 1)].focus();
    }

    count() {
        this.label.textContent = text("confirm-count", {count: this.places.filter(({chosen}) => chosen).length});
    }
}
