/* The pages in their order, with what is done to each; every change can be undone. No elements here.
 *
 * A page is {key, document, title, number, rotate, split}: page `number` of a document, turned
 * clockwise by `rotate` degrees; with `split` a document begins with it. */

const MOST_UNDONE = 100;
let keys = 0;

export function pagesOf({id, title, page_count: count}) {
    return Array.from({length: count}, (_, at) => {
        keys += 1;
        return {key: String(keys), document: id, title, number: at + 1, rotate: 0, split: false};
    });
}

export class Pages {
    constructor(pages, changed) {
        this.list = pages;
        this.first = this.state();
        this.before = [];
        this.changed = changed;
    }

    state() {
        return JSON.stringify(this.list.map(({document, number, rotate, split}) => [document, number, rotate, split]));
    }

    get isChanged() {
        return this.state() !== this.first;
    }

    get parts() {
        const parts = [];
        this.list.forEach((page, at) => {
            if (!at || page.split) {
                parts.push([]);
            }
            parts.at(-1).push(page);
        });
        return parts;
    }

    change(list) {
        this.before.push(this.list);
        this.before.splice(0, this.before.length - MOST_UNDONE);
        this.list = list;
        this.changed();
    }

    undo() {
        if (!this.before.length) {
            return false;
        }
        this.list = this.before.pop();
        this.changed();
        return true;
    }

    turn(chosen, degrees) {
        this.change(this.list.map((page) => (
            chosen.has(page.key) ? {...page, rotate: (page.rotate + degrees + 360) % 360} : page)));
    }

    remove(chosen) {
        const left = this.list.filter((page) => !chosen.has(page.key));
        if (!left.length) {
            return false;
        }
        this.change(left);
        return true;
    }

    /* Before each of the chosen pages but the very first one. */
    toggleSplit(chosen) {
        const split = !this.list.some((page) => chosen.has(page.key) && page.split);
        this.change(this.list.map((page, at) => (at && chosen.has(page.key) ? {...page, split} : page)));
        return split;
    }

    /* The chosen pages go along together, to before the page `key`; to the end where it is null. */
    moveBefore(chosen, key) {
        const moved = this.list.filter((page) => chosen.has(page.key));
        const rest = this.list.filter((page) => !chosen.has(page.key));
        const place = key === null ? rest.length : rest.findIndex((page) => page.key === key);
        if (place >= 0) {
            rest.splice(place, 0, ...moved);
            this.settle(rest);
        }
    }

    step(chosen, by) {
        const places = this.list.flatMap((page, at) => (chosen.has(page.key) ? [at] : []));
        const to = by < 0 ? places[0] - 1 : places.at(-1) + 2;
        if (to >= 0 && to <= this.list.length) {
            this.moveBefore(chosen, this.list[to]?.key ?? null);
        }
    }

    append(pages) {
        this.change([...this.list, ...pages]);
    }

    /* The two sides of sheets in turn; those that are over follow at the end. */
    interleave(backs) {
        const list = [];
        for (let at = 0; at < Math.max(this.list.length, backs.length); at += 1) {
            list.push(...this.list.slice(at, at + 1), ...backs.slice(at, at + 1));
        }
        this.change(list);
    }

    /* A document begins with the first page anyhow. */
    settle(list) {
        if (list.some((page, at) => page.key !== this.list[at]?.key)) {
            this.change(list.map((page, at) => (at || !page.split ? page : {...page, split: false})));
        }
    }
}
