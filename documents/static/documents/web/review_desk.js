/* The review desk: one doubt after the other, one document after the other, by keys alone. */
import {post} from "./http.js";
import {bindKeys} from "./keys.js";
import {Card} from "./review_card.js";
import {preload} from "./review_crop.js";
import {bindDialogs} from "./review_dialogs.js";
import {deskKeys} from "./review_keys.js";
import {Outbox} from "./review_outbox.js";
import {Sheet} from "./review_sheet.js";
import {Stream} from "./review_stream.js";
import {View} from "./review_view.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

const setup = JSON.parse(document.getElementById("desk-setup").textContent);
/* Who reads for longer than this without a key is not at the desk. */
const AWAY = 4 * 60_000;
const RENEW_EVERY = 3 * 60_000;

class Desk {
    constructor() {
        this.view = new View(document.querySelector(".desk"), {open: (index) => this.showDoubt(index)});
        this.card = new Card(this.view.find("card"), {choose: (answer) => this.answer(answer)});
        this.sheet = new Sheet(this.view.find("sheet"), {
            confirm: (doubts) => this.confirmAll(doubts),
            leave: () => this.showDoubt(this.index),
        });
        this.done = [];
        this.outbox = new Outbox({
            user: setup.user,
            onChange: (state) => this.view.showSaving(state),
            onSaved: (entry, answer) => this.saved(entry, answer),
            onRefused: (entry, problem) => this.refused(entry, problem),
        });
        this.dialogs = bindDialogs(this);
        bindKeys(deskKeys(this), {title: text("desk")});
        this.view.onVerb((verb) => this[verb]());
        this.open(setup.document, {replace: true});
        this.lease();
        this.keepLease();
        window.addEventListener("pagehide", () => this.release());
        window.addEventListener("beforeunload", (event) => {
            if (this.outbox.waiting) {
                event.preventDefault();
            }
        });
        window.addEventListener("popstate", () => location.reload());
    }

    /* doubt, sheet, page, blank, end, empty; moving: what comes is not there yet, and keys are not meant for
     * what is still shown. */
    get mode() {
        return this.view.root.dataset.mode;
    }

    set mode(name) {
        this.view.root.dataset.mode = name;
    }

    /* --- documents ------------------------------------------------------------------------ */

    open(facts, {replace = false} = {}) {
        this.stream = new Stream(facts);
        this.mode = "moving";
        const address = `${facts.desk}${setup.filters ? `?${setup.filters}` : ""}`;
        history[replace ? "replaceState" : "pushState"]({}, "", address);
        this.view.showDocument(facts);
        this.ahead = null;
        if (facts.first) {
            this.showPage(facts.first.number, {start: true});
        } else {
            this.showEnd();
        }
        this.lookAhead();
    }

    async lease() {
        const stream = this.stream;
        try {
            const {document: fresh} = await post(stream.url("lease"), {});
            if (stream === this.stream && fresh.version !== stream.facts.version) {
                this.open(fresh, {replace: true});
            }
        } catch (problem) {
            if (stream !== this.stream) {
                return;
            }
            if (problem.code === "being-reviewed") {
                this.view.showHolder(problem.detail);
            } else if (problem.status) {
                toast(problem.detail, {kind: "bad"});
            }
        }
    }

    keepLease() {
        this.lastKey = Date.now();
        document.addEventListener("keydown", () => {
            this.lastKey = Date.now();
        });
        setInterval(() => {
            if (Date.now() - this.lastKey < AWAY && !document.hidden) {
                post(this.stream.url("lease"), {}).catch(() => {});
            }
        }, RENEW_EVERY);
    }

    release(stream = this.stream) {
        if (stream.facts.may_correct) {
            post(stream.url("release"), {}, {keepalive: true}).catch(() => {});
        }
    }

    /* The document after this one with its first page and image, loaded while this one is worked on. */
    lookAhead() {
        const after = this.stream.id;
        this.ahead = {
            after,
            facts: this.outbox.drained().then(() => this.askNext(after, false)).then(async (facts) => {
                if (facts?.first) {
                    await preload(facts.first.image);
                }
                return facts;
            }).catch(() => undefined),
        };
    }

    async askNext(after, lease) {
        const filters = Object.fromEntries(new URLSearchParams(setup.filters));
        return (await post(setup.next, {...filters, after, lease})).document ?? null;
    }

    async advance() {
        const left = this.stream;
        this.mode = "moving";
        let facts = this.ahead?.after === left.id ? await this.ahead.facts : undefined;
        if (facts === undefined) {
            try {
                await this.outbox.drained();
                facts = await this.askNext(left.id, true);
            } catch (problem) {
                toast(problem.detail, {kind: "bad"});
                this.showEnd();
                return;
            }
        }
        if (facts === null) {
            this.view.showEmpty(setup.queue);
            this.mode = "empty";
            return;
        }
        this.open(facts);
        this.takeNext(facts);
    }

    /* What was loaded ahead is not ours yet: somebody may have been faster. */
    async takeNext(facts) {
        const stream = this.stream;
        try {
            const {document: fresh} = await post(stream.url("lease"), {});
            if (stream === this.stream && fresh.version !== facts.version) {
                this.open(fresh, {replace: true});
            }
        } catch (problem) {
            if (stream === this.stream && problem.status >= 400 && problem.status < 500) {
                toast(text("taken-meanwhile"));
                this.ahead = null;
                this.advance();
            }
        }
    }

    skip() {
        this.release(this.stream);
        this.advance();
    }

    decide(verdict, reason = "") {
        const {facts} = this.stream;
        if (["moving", "empty"].includes(this.mode) || !facts.may_correct) {
            return;
        }
        this.outbox.push(this.stream.url("decide"), {verdict, reason, version: facts.version}, {title: facts.title, page: facts.page});
        this.leave(verdict === "approve" ? "approved" : "rejected");
    }

    /* To the next document. What became of this one is said, with the way back to it. */
    leave(said) {
        const {title, desk} = this.stream.facts;
        this.left = desk;
        toast(text(said, {title}), {undo: () => this.goBack(desk), label: text("back-to-it"), seconds: 5});
        this.advance();
    }

    goBack(desk) {
        this.outbox.drained().then(() => location.assign(desk));
    }

    approve() {
        this.keepTyped();
        this.decide("approve");
    }

    reject() {
        if (this.mode !== "empty") {
            this.dialogs.reject();
        }
    }

    postpone() {
        if (this.mode !== "empty") {
            this.dialogs.postpone();
        }
    }

    putOff(until, note) {
        const {facts} = this.stream;
        this.outbox.push(this.stream.url("postpone"), {until, note}, {title: facts.title, page: facts.page});
        this.leave("postponed");
    }

    openPage() {
        const number = this.page?.number ?? 1;
        this.outbox.drained().then(() => location.assign(`${this.stream.facts.page}?page=${number}`));
    }

    /* --- pages ---------------------------------------------------------------------------- */

    async showPage(number, {last = false, index = null, start = false} = {}) {
        const {stream} = this;
        this.mode = "moving";
        let page;
        try {
            page = await stream.page(number);
        } catch (problem) {
            toast(problem.detail, {kind: "bad"});
            return;
        }
        if (stream !== this.stream) {
            return;
        }
        this.page = page;
        this.view.showPage(page, stream);
        stream.prepare(stream.nextWanted(number) || stream.beside(number, 1));
        const open = page.doubts.findIndex((doubt) => !doubt.answer);
        if (start && !stream.wants(stream.row(number)) && page.doubts.length && open < 0) {
            this.showEnd(); // all of it was answered before
        } else if (!page.doubts.length) {
            this.showWholePage();
        } else {
            this.showDoubt(index ?? (last ? page.doubts.length - 1 : Math.max(open, 0)));
        }
    }

    showWholePage() {
        this.mode = this.page.empty ? "blank" : "page";
        const message = text(this.page.empty ? "nothing-read" : "no-doubts");
        this.view.only("card");
        this.card.showPage(this.page, message, {field: this.page.empty});
        this.view.showPlace(this.stream, this.page, null);
    }

    showDoubt(index) {
        this.index = index;
        this.mode = "doubt";
        this.view.only("card"); // what is hidden takes no focus
        this.card.show(this.page, this.page.doubts[index]);
        this.view.showPlace(this.stream, this.page, index);
        this.view.showTogether(this.forSheet().length > 1);
    }

    /* What can be looked at together: words that are right or not, without a second reading. */
    forSheet() {
        const {may_correct: may} = this.stream.facts;
        return may ? this.page.doubts.filter(({kind, placed, answer}) => kind === "uncertain" && placed && !answer) : [];
    }

    together() {
        if (this.mode !== "doubt") {
            return false;
        }
        this.keepTyped();
        const doubts = this.forSheet();
        if (doubts.length < 2) {
            return false;
        }
        this.mode = "sheet";
        this.view.only("sheet");
        this.sheet.show(this.page, doubts);
        return true;
    }

    confirmAll(doubts) {
        for (const doubt of doubts) {
            this.say("right", doubt);
        }
        const open = this.page.doubts.findIndex(({answer}) => !answer);
        if (open >= 0) {
            this.showDoubt(open);
        } else {
            this.nextWanted();
        }
    }

    get doubt() {
        return this.mode === "doubt" ? this.page.doubts[this.index] : null;
    }

    showEnd() {
        this.mode = "end";
        this.view.showEnd(this.stream);
    }

    goOn() {
        const open = this.page.doubts.findIndex((doubt, index) => index > this.index && !doubt.answer);
        if (open >= 0) {
            this.showDoubt(open);
        } else {
            this.nextWanted();
        }
    }

    nextWanted() {
        const number = this.stream.nextWanted(this.page.number);
        if (number) {
            this.showPage(number);
        } else {
            this.showEnd();
        }
    }

    turn(step) {
        const number = this.stream.beside(this.page?.number ?? 0, step);
        if (number) {
            this.showPage(number, {last: step < 0});
        }
    }

    back() {
        if (this.mode === "end") {
            this.showPage(this.page.number, {last: true});
        } else if (this.mode === "doubt" && this.index > 0) {
            this.showDoubt(this.index - 1);
        } else {
            const number = this.stream.previousWith(this.page?.number ?? 0);
            if (number) {
                this.showPage(number, {last: true});
            }
        }
    }

    checkPage() {
        if (this.mode === "doubt" || this.mode === "page") {
            this.stream.setChecked(this.page.number, true);
            this.outbox.push(this.stream.url("check"), {page: this.page.number, checked: true});
            this.nextWanted();
        }
    }

    /* --- answers -------------------------------------------------------------------------- */

    /* `answer`: first, second, or enter: what stands in the field. */
    answer(answer) {
        if (this.mode === "end") {
            this.approve();
        } else if (this.mode === "blank") {
            this.typePage();
        } else if (this.mode === "page") {
            this.checkPage();
        } else if (this.mode === "doubt") {
            this.say(answer === "enter" ? (this.card.edited ? "text" : "right") : answer);
            this.goOn();
        }
    }

    say(answer, doubt = this.doubt) {
        const {page, stream} = this;
        if (!stream.facts.may_correct) {
            return;
        }
        const typed = answer === "text" ? this.card.typed.trim() : "";
        doubt.answer = answer;
        doubt.typed = answer === "text" ? typed : answer === "second" ? doubt.other : undefined;
        const about = {page: page.number, doubt: doubt.id, document: stream.id};
        this.done.push(about);
        this.outbox.push(stream.url("answer"), {page: page.number, doubt: doubt.id, answer, text: typed}, about);
        this.count(page);
    }

    count(page) {
        const left = page.doubts.filter((doubt) => !doubt.answer).length;
        this.stream.setDoubts(page.number, left);
        this.stream.setChecked(page.number, left === 0);
        this.view.showMarks(page);
    }

    /* What was typed and not confirmed by Enter is an answer when the document is left. */
    keepTyped() {
        if (this.doubt && this.card.edited && this.card.field.value !== this.card.given) {
            this.say("text");
        }
    }

    typePage() {
        const typed = this.card.typed.trim();
        const {page, stream} = this;
        stream.setChecked(page.number, true);
        if (!typed) {
            this.outbox.push(stream.url("check"), {page: page.number, checked: true});
        } else {
            const image = this.card.crop.image;
            this.outbox.push(stream.url("type"), {
                page: page.number, text: typed, revision: page.revision,
                width: page.width || image.naturalWidth, height: page.height || image.naturalHeight,
            }, {typed: page.number, document: stream.id});
            stream.setRead(page.number);
            stream.setDoubts(page.number, 0);
        }
        this.nextWanted();
    }

    /* The last answer in this document; without one the document that was left before is shown again. */
    async undo() {
        const last = this.mode === "empty" ? null : this.done.pop();
        if (!last || last.document !== this.stream.id) {
            if (this.left) {
                this.goBack(this.left);
            } else {
                toast(text("nothing-to-undo"));
            }
            return;
        }
        const page = await this.stream.page(last.page);
        const index = page.doubts.findIndex((doubt) => doubt.id === last.doubt);
        if (index < 0) {
            return;
        }
        Object.assign(page.doubts[index], {answer: null, typed: undefined});
        this.outbox.push(this.stream.url("undo"), {page: last.page, doubt: last.doubt}, last);
        this.count(page);
        this.showPage(last.page, {index});
    }

    saved(entry, answer) {
        if (entry.about.typed && entry.about.document === this.stream.id) {
            this.stream.put(answer.page);
        }
    }

    /* The server will not have it: what the page says now is shown, and the doubt asked again. */
    async refused(entry, problem) {
        const {about} = entry;
        const reason = about.title ? `${about.title}: ${problem.detail}` : problem.detail;
        toast(text("not-saved", {reason}), {kind: "bad"});
        if (about.document === this.stream.id && about.page) {
            this.stream.forget(about.page);
            const page = await this.stream.page(about.page).catch(() => null);
            if (page && this.page?.number === about.page) {
                this.showPage(about.page);
            }
        }
    }
}

new Desk();
