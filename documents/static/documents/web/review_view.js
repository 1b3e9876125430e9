/* What stands around the card: the bar, the page with its marks, the ends of things. */
import {text} from "./texts.js";

export class View {
    /* `open(index)`: a mark was clicked. */
    constructor(root, {open}) {
        this.root = root;
        this.openMark = open;
        this.bar = document.querySelector(".page > .bar");
    }

    find(name) {
        return this.root.querySelector(`[data-desk="${name}"]`);
    }

    inBar(name) {
        return this.bar.querySelector(`[data-bar="${name}"]`);
    }

    onVerb(run) {
        for (const element of document.querySelectorAll("[data-verb]")) {
            element.addEventListener("click", () => {
                element.closest("details")?.removeAttribute("open");
                run(element.dataset.verb);
            });
        }
    }

    only(name) {
        for (const part of ["card", "sheet", "end"]) {
            this.find(part).hidden = part !== name;
        }
        this.root.dataset.shows = name;
    }

    showDocument(facts) {
        document.title = `${facts.title} · ocrsite`;
        this.inBar("title").textContent = facts.title;
        this.inBar("team").textContent = facts.team;
        this.root.dataset.document = facts.id;
        this.allowDecisions(true);
        this.find("reasons").replaceChildren(...facts.reasons.map((reason) => badge(reason, "flag")));
        this.showHolder(facts.holder ? text("held-by", {person: facts.holder}) : "");
        const decided = facts.status === "unreviewed" ? "" : text("already-decided", {decision: facts.decided});
        this.find("note").textContent = [decided, facts.note].filter(Boolean).join(" ");
        this.find("note").hidden = !this.find("note").textContent;
    }

    showHolder(message) {
        this.find("holder").textContent = message;
        this.find("holder").hidden = !message;
    }

    showPage(page, stream) {
        const image = this.find("page-image");
        if (image.getAttribute("src") !== page.image) {
            image.setAttribute("src", page.image);
        }
        this.find("page-frame").style.aspectRatio = page.width ? `${page.width} / ${page.height}` : "";
        this.showMarks(page);
        this.stream = stream;
    }

    showMarks(page) {
        const marks = page.doubts.map((doubt, index) => {
            const mark = document.createElement("button");
            mark.type = "button";
            mark.className = doubt.answer ? "page-mark answered" : "page-mark";
            mark.tabIndex = -1;
            mark.setAttribute("aria-label", text("doubt-of", {number: index + 1, count: page.doubts.length}));
            const [x0, y0, x1, y1] = doubt.box;
            Object.assign(mark.style, {
                left: `${(x0 / page.width) * 100}%`, top: `${(y0 / page.height) * 100}%`,
                width: `${((x1 - x0) / page.width) * 100}%`, height: `${((y1 - y0) / page.height) * 100}%`,
            });
            mark.addEventListener("click", () => this.openMark(index));
            return mark;
        });
        this.find("marks").replaceChildren(...marks);
    }

    showPlace(stream, page, index) {
        const pages = text("place", {page: page.number, pages: stream.rows.length});
        const doubt = index === null ? "" : text("doubt-of", {number: index + 1, count: page.doubts.length});
        const place = [pages, doubt].filter(Boolean).join(" · ");
        this.inBar("place").textContent = place;
        this.find("place").textContent = place;
        for (const [at, mark] of [...this.find("marks").children].entries()) {
            mark.classList.toggle("current", at === index);
        }
        this.showLeft(stream);
    }

    showTogether(can) {
        this.root.querySelector('[data-verb="together"]').hidden = !can;
    }

    showLeft(stream) {
        const left = stream.left;
        this.find("left").textContent = left ? text("doubts-left", {count: left}) : text("document-done");
    }

    showEnd(stream) {
        this.only("end");
        const left = stream.left;
        this.find("end-title").textContent = left ? text("doubts-left", {count: left}) : text("document-done");
        this.find("end-name").textContent = stream.facts.title;
        this.find("end-verbs").hidden = !stream.facts.may_correct;
        this.find("end-queue").hidden = true;
        this.root.dataset.shows = "end";
        document.activeElement?.blur();
        this.showLeft(stream);
    }

    showEmpty(queue) {
        this.only("end");
        this.root.dataset.shows = "empty";
        this.root.dataset.document = "";
        this.find("end-title").textContent = text("queue-empty");
        this.find("end-name").textContent = "";
        this.find("end-verbs").hidden = true;
        this.find("end-queue").hidden = false;
        this.find("end-queue").querySelector("a").href = queue;
        this.find("end-queue").querySelector("a").focus();
        this.find("marks").replaceChildren();
        this.find("reasons").replaceChildren();
        this.find("left").textContent = "";
        this.find("note").hidden = true;
        this.showHolder("");
        this.inBar("place").textContent = "";
        this.inBar("title").textContent = text("desk");
        this.inBar("team").textContent = "";
        this.allowDecisions(false);
    }

    allowDecisions(allowed) {
        for (const button of document.querySelectorAll("[data-verb=approve], [data-verb=reject], [data-verb=postpone]")) {
            button.disabled = !allowed;
        }
    }

    showSaving({waiting, failing, problem}) {
        const state = this.inBar("saving");
        state.classList.toggle("bad", failing);
        state.dataset.waiting = waiting;
        state.textContent = failing
            ? `${text("retrying", {count: waiting})} ${problem?.detail ?? ""}`
            : text(waiting ? "saving" : "saved", {count: waiting});
    }
}

function badge(words, kind) {
    const element = document.createElement("span");
    element.className = `badge ${kind}`;
    element.textContent = words;
    return element;
}
