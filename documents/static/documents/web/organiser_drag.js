/* Dragging a page, or all that are chosen where it is one of them, to before or behind another. */

/* px that the pointer goes before it drags. */
const DRAGS_FROM = 6;

export class Drag {
    constructor(grid) {
        this.grid = grid;
        this.dragged = false;
        grid.element.addEventListener("pointerdown", (event) => this.onDown(event));
    }

    moved(key) {
        return this.grid.chosen.has(key) ? this.grid.chosen : new Set([key]);
    }

    /* A finger scrolls; it drags by the handle. */
    onDown(event) {
        const key = this.grid.keyOf(event.target);
        this.dragged = false;
        if (key === null || event.button || (event.pointerType === "touch" && !event.target.closest(".organiser-handle"))) {
            return;
        }
        const start = {x: event.clientX, y: event.clientY};
        const move = (moved) => this.onDrag(moved, start, key);
        const end = (ended) => {
            window.removeEventListener("pointermove", move);
            window.removeEventListener("pointerup", end);
            window.removeEventListener("pointercancel", end);
            this.drop(ended.type === "pointerup", key);
        };
        window.addEventListener("pointermove", move);
        window.addEventListener("pointerup", end);
        window.addEventListener("pointercancel", end);
    }

    onDrag(event, start, key) {
        if (!this.dragged && Math.hypot(event.clientX - start.x, event.clientY - start.y) < DRAGS_FROM) {
            return;
        }
        this.dragged = true;
        this.moved(key).forEach((each) => this.grid.cards.get(each)?.classList.add("dragged"));
        this.unmark();
        const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-key]");
        if (over && this.grid.element.contains(over)) {
            const box = over.getBoundingClientRect();
            const behind = event.clientX > box.x + box.width / 2;
            over.classList.add(behind ? "drop-behind" : "drop-before");
            this.target = {key: over.dataset.key, behind};
        }
    }

    unmark() {
        this.target = null;
        for (const card of this.grid.element.querySelectorAll(".drop-behind, .drop-before")) {
            card.classList.remove("drop-behind", "drop-before");
        }
    }

    drop(isMeant, key) {
        const {target} = this;
        this.unmark();
        this.grid.element.querySelectorAll(".dragged").forEach((card) => card.classList.remove("dragged"));
        if (!this.dragged || !isMeant || !target) {
            return;
        }
        const moved = this.moved(key);
        const left = this.grid.pages.list.filter((page) => !moved.has(page.key) || page.key === target.key);
        const place = left.findIndex((page) => page.key === target.key) + (target.behind ? 1 : 0);
        if (!moved.has(target.key)) {
            this.grid.pages.moveBefore(moved, left[place]?.key ?? null);
        }
        this.grid.moveTo(key);
    }
}
