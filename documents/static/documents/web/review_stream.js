/* One document on the desk: its pages with their doubts, loaded ahead, and which comes next. */
import {get} from "./http.js";
import {preload} from "./review_crop.js";

/* The columns of a row of `pages`. */
const NUMBER = 0;
const DOUBTS = 1;
const CHECKED = 2;
const READ = 3;

export class Stream {
    constructor(facts) {
        this.facts = facts;
        this.rows = facts.pages;
        this.loaded = new Map();
        if (facts.first) {
            this.loaded.set(facts.first.number, Promise.resolve(facts.first));
        }
    }

    get id() {
        return this.facts.id;
    }

    url(name) {
        return `${this.facts.desk}${name}/`;
    }

    row(number) {
        return this.rows.find((row) => row[NUMBER] === number);
    }

    page(number) {
        if (!this.loaded.has(number)) {
            const loading = get(this.url(`pages/${number}`)).then((answer) => answer.page);
            loading.catch(() => this.loaded.delete(number));
            this.loaded.set(number, loading);
        }
        return this.loaded.get(number);
    }

    forget(number) {
        this.loaded.delete(number);
    }

    put(page) {
        this.loaded.set(page.number, Promise.resolve(page));
    }

    /* Text and image of the page, so that both are there when it is shown. */
    async prepare(number) {
        if (number) {
            try {
                await preload((await this.page(number)).image);
            } catch {
                /* It is loaded again when it is shown. */
            }
        }
    }

    wants(row) {
        return !row[CHECKED] && (!row[READ] || row[DOUBTS] === null || row[DOUBTS] > 0);
    }

    /* The next page that wants a look, 0 where there is none. */
    nextWanted(after) {
        return this.rows.find((row) => row[NUMBER] > after && this.wants(row))?.[NUMBER] ?? 0;
    }

    beside(number, step) {
        const index = this.rows.findIndex((row) => row[NUMBER] === number) + step;
        return this.rows[index]?.[NUMBER] ?? 0;
    }

    previousWith(number) {
        const earlier = this.rows.filter((row) => row[NUMBER] < number && row[DOUBTS] !== 0);
        return earlier.at(-1)?.[NUMBER] ?? 0;
    }

    setChecked(number, checked) {
        this.row(number)[CHECKED] = checked;
    }

    setDoubts(number, count) {
        this.row(number)[DOUBTS] = count;
    }

    setRead(number) {
        this.row(number)[READ] = true;
    }

    get left() {
        return this.rows.filter((row) => this.wants(row)).reduce((sum, row) => sum + (row[DOUBTS] ?? 1), 0);
    }
}
