/* Saving: one request at a time, each with the revision that the page was seen in. What two people
 * typed into one block is shown side by side; nothing is lost. */
import {post, put} from "./http.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";
import {showConflicts} from "./document_conflict.js";

/* Typing pauses so long before it is saved by itself. */
const PAUSE = 2500;

export class Saver {
    constructor(owner) {
        this.owner = owner;
        this.working = Promise.resolve(true);
        this.timer = 0;
        this.state = document.querySelector(".save-state");
        window.addEventListener("beforeunload", (event) => {
            if (this.dirtyViews().length) {
                event.preventDefault();
                this.flush();
            }
        });
    }

    /* --- text ---------------------------------------------------------------------------------- */

    typed(view) {
        clearTimeout(this.timer);
        this.say(view.isDirty ? "unsaved" : "");
        this.timer = setTimeout(() => this.flush(), PAUSE);
    }

    left() {
        this.flush();
    }

    dirtyViews() {
        return [...(this.owner.pane?.views.values() ?? [])].filter((view) => view.isDirty && !view.conflict);
    }

    flush() {
        clearTimeout(this.timer);
        return this.enqueue(() => {
            const views = this.dirtyViews();
            return views.length ? this.send(views, []) : true;
        });
    }

    /* --- blocks -------------------------------------------------------------------------------- */

    /* Unsaved texts go along, so that a split or a merge is one of what is seen. */
    edit(edits) {
        clearTimeout(this.timer);
        return this.enqueue(() => this.send(this.dirtyViews(), edits));
    }

    labelFor(label) {
        return label in this.owner.setup.labels ? label : "text";
    }

    enqueue(work) {
        this.working = this.working.then(work, work);
        return this.working;
    }

    async send(views, edits, {revision = this.owner.page.revision} = {}) {
        const {owner} = this;
        const number = owner.number;
        const texts = views.filter((view) => !view.isTable);
        const tables = views.filter((view) => view.isTable);
        const body = {
            revision,
            blocks: texts.map((view) => ({id: view.block.id, text: view.value})),
            edits: [...tables.map((view) => ({op: "table", block: view.block.id, rows: view.value})), ...edits],
        };
        if (!owner.page.width) {
            body.image = owner.imageSize();
        }
        this.say("saving");
        try {
            await put(owner.url("text", number), body);
        } catch (problem) {
            return this.refused(problem, views, edits);
        }
        this.say("saved");
        if (number === owner.number) {
            await owner.refresh();
        }
        owner.strip.corrected(number);
        owner.parts.soon();
        return true;
    }

    async refused(problem, views, edits) {
        if (problem.code !== "page-changed") {
            this.say("not-saved", true);
            toast(problem.detail ?? String(problem), {kind: "bad"});
            return false;
        }
        const now = new Map((problem.document.blocks ?? []).map(({id, text: theirs}) => [id, theirs]));
        const contested = views.filter((view) => now.has(view.block.id));
        const rest = views.filter((view) => !now.has(view.block.id));
        const typed = contested.map((view) => ({block: view.block, mine: view.value, theirs: now.get(view.block.id)}));
        await this.owner.refresh();
        this.say("not-saved", true);
        showConflicts(this.owner, typed);
        if (edits.length) {
            toast(problem.detail, {kind: "bad"});
            return false;
        }
        // What only this person changed is saved all the same.
        const left = rest.map((view) => this.owner.pane.views.get(view.block.id)).filter((view) => view?.isDirty);
        return left.length && contested.length ? this.send(left, []) : false;
    }

    async accept() {
        try {
            await post(this.owner.url("accept"), {revision: this.owner.page.revision});
            await this.owner.refresh();
            this.owner.parts.soon();
        } catch (problem) {
            toast(problem.detail ?? String(problem), {kind: "bad"});
        }
    }

    say(key, bad = false) {
        this.state.textContent = key ? text(key) : "";
        this.state.classList.toggle("bad", bad);
    }
}
