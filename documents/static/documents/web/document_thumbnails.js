/* Thumbnails are made when they are first asked for, few at a time, and the page that somebody looks
 * at comes first: they are loaded one after the other, those out of sight not at all. */

const TRIES = 4;
/* ms after a busy server refused one. */
const PAUSE = 1500;

export class Thumbnails {
    constructor(viewer) {
        this.viewer = viewer;
        this.waiting = [];
        this.running = false;
        this.ready = false;
        viewer.element.addEventListener("viewer-settled", () => this.run());
    }

    add(sheet, url) {
        this.waiting.push({sheet, url, tries: 0});
        this.run();
    }

    /* The page itself has been asked for. */
    start() {
        this.ready = true;
        this.run();
    }

    async run() {
        if (this.running || !this.ready) {
            return;
        }
        this.running = true;
        // A moment, so that what was just added is on the page.
        await new Promise((go) => setTimeout(go, 30));
        while (this.waiting.length && !this.viewer.isLoading) {
            const next = this.waiting.shift();
            if (next.sheet.isConnected) {
                await this.load(next);
            }
        }
        this.running = false;
    }

    async load(next) {
        const image = new Image();
        image.alt = "";
        image.src = next.tries ? `${next.url}?try=${next.tries}` : next.url;
        try {
            await image.decode();
            next.sheet.replaceChildren(image);
        } catch {
            next.tries += 1;
            if (next.tries <= TRIES) {
                this.waiting.push(next);
                await new Promise((go) => setTimeout(go, PAUSE));
            }
        }
    }
}
