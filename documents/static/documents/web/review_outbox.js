/* What was answered and is not saved yet: sent one after the other, tried again until the server has
 * it. It stays in the browser's storage meanwhile, so that a closed tab loses nothing. */
import {post} from "./http.js";

const PREFIX = "review-outbox-";
/* After these milliseconds another tab's entry is taken for left behind. The same answer sent twice
 * counts once. */
const LEFT_BEHIND = 15_000;
const LONGEST_WAIT = 20_000;

export class Outbox {
    /* `onChange(state)`: {waiting, failing}. `onRefused(entry, problem)`: the server will not have it;
     * `onSaved(entry, answer)`. `user`: whose answers they are. */
    constructor({user, onChange, onRefused, onSaved}) {
        Object.assign(this, {user, onChange, onRefused, onSaved});
        this.key = `${PREFIX}${user}-${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
        this.entries = this.adopt();
        this.failing = false;
        this.running = false;
        this.idle = [];
        window.addEventListener("online", () => this.wake?.());
        this.run();
    }

    get waiting() {
        return this.entries.length;
    }

    push(url, data, about = {}) {
        this.entries.push({url, data, about, at: Date.now()});
        this.store();
        this.run();
    }

    /* Settles once everything is sent. */
    drained() {
        return this.entries.length ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve();
    }

    async run() {
        if (this.running) {
            return;
        }
        this.running = true;
        let tries = 0;
        while (this.entries.length) {
            this.report();
            const entry = this.entries[0];
            try {
                const answer = await post(entry.url, entry.data, {keepalive: true});
                this.entries.shift();
                this.failing = false;
                tries = 0;
                this.store();
                this.onSaved(entry, answer);
            } catch (problem) {
                if (isFinal(problem)) {
                    this.entries.shift();
                    this.store();
                    this.onRefused(entry, problem);
                    continue;
                }
                this.failing = true;
                this.problem = problem;
                this.report();
                tries += 1;
                await this.pause(Math.min(500 * 2 ** tries, LONGEST_WAIT));
            }
        }
        this.running = false;
        this.report();
        this.idle.splice(0).forEach((resolve) => resolve());
    }

    pause(milliseconds) {
        return new Promise((resolve) => {
            const timer = setTimeout(resolve, milliseconds);
            this.wake = () => {
                clearTimeout(timer);
                resolve();
            };
        });
    }

    report() {
        this.onChange({waiting: this.entries.length, failing: this.failing, problem: this.problem});
    }

    store() {
        try {
            if (this.entries.length) {
                localStorage.setItem(this.key, JSON.stringify(this.entries));
            } else {
                localStorage.removeItem(this.key);
            }
        } catch {
            /* A browser without storage: they are still in this page. */
        }
    }

    /* What tabs of this person that are gone have left. */
    adopt() {
        const found = [];
        try {
            for (const key of Object.keys(localStorage)) {
                if (!key.startsWith(`${PREFIX}${this.user}-`)) {
                    continue;
                }
                const entries = JSON.parse(localStorage.getItem(key));
                if (entries.every((entry) => Date.now() - entry.at > LEFT_BEHIND)) {
                    found.push(...entries);
                    localStorage.removeItem(key);
                }
            }
        } catch {
            return found;
        }
        return found;
    }
}

/* 0: no connection; 401: logged out meanwhile; 5xx: a server that starts again. All of these pass. */
function isFinal(problem) {
    return problem.status >= 400 && problem.status < 500 && ![401, 408, 429].includes(problem.status);
}
