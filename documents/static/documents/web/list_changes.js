/* One change for many documents, sent in parts; what came of each is kept and shown. Of very many
 * the server makes a job (list_job.js). */
import {post} from "./http.js";
import {beginJob} from "./list_job.js";
import {describeRefusals} from "./list_refusals.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

const PART = 50;
/* Above this many documents a dialog shows how far it is and can stop it. */
const QUIET = 100;
/* Above this many the server goes on by itself, whatever becomes of the page. */
const MOST_HERE = 300;

const dialog = document.getElementById("work-dialog");
const bar = dialog.querySelector("progress");
const done = dialog.querySelector("[data-done]");
const list = dialog.querySelector("[data-outcomes]");
const stop = dialog.querySelector("[data-stop]");
const again = dialog.querySelector("[data-again]");
const close = dialog.querySelector("[data-close]");

let work = null;
dialog.addEventListener("cancel", (event) => {
    if (work && !work.over) {
        event.preventDefault();
    }
});
stop.addEventListener("click", () => {
    work.stopping = true;
});
again.addEventListener("click", () => proceed(work));
dialog.addEventListener("close", () => document.dispatchEvent(new Event("documents-changed")));
window.addEventListener("beforeunload", (event) => {
    if (work && !work.over) {
        event.preventDefault();
    }
});

/* `change`: as documents/actions/parse_change.py says. Resolves with {changed, refused}: ids, of a job
 * when it has begun: then those whose turn comes count as changed. */
export function changeAll(url, ids, change, {undo} = {}) {
    if (ids.length > MOST_HERE) {
        return beginJob(ids, change);
    }
    return new Promise((finished) => {
        work = {url, ids, change, undo, finished, place: 0, changed: [], idle: 0, refused: [],
            stopping: false, over: false};
        list.replaceChildren();
        proceed(work);
    });
}

async function proceed(job) {
    const shown = job.ids.length > QUIET;
    again.hidden = close.hidden = true;
    stop.hidden = false;
    job.stopping = false;
    if (shown && !dialog.open) {
        dialog.showModal();
    }
    while (job.place < job.ids.length && !job.stopping) {
        progress(job);
        const ids = job.ids.slice(job.place, job.place + PART);
        let answer;
        try {
            answer = await post(job.url, {ids, change: job.change, first: job.place + 1});
        } catch (problem) {
            interrupted(job, problem);
            return;
        }
        answer.outcomes.forEach((outcome) => keep(job, outcome));
        job.place += ids.length;
    }
    finish(job);
}

function keep(job, outcome) {
    if (outcome.error) {
        job.refused.push(outcome);
    } else if (outcome.changed) {
        job.changed.push(outcome.id);
    } else {
        job.idle += 1;
    }
}

function progress(job) {
    bar.value = job.place / job.ids.length;
    done.textContent = text("working", {done: job.place, count: job.ids.length});
}

/* The request failed as a whole: nothing says whether its part was changed, and repeating a part
 * changes nothing twice. A refusal of the change itself ends the work. */
function interrupted(job, problem) {
    if (problem.status >= 400 && problem.status < 500 && problem.status !== 401) {
        job.over = true;
        dialog.close();
        toast(problem.detail, {kind: "bad"});
        job.finished({changed: job.changed, refused: job.refused});
        return;
    }
    if (!dialog.open) {
        dialog.showModal();
    }
    progress(job);
    const lost = text("connection", {done: job.place, count: job.ids.length});
    done.textContent = problem.status === 401 ? `${problem.detail} ${lost}` : lost;
    stop.hidden = true;
    again.hidden = close.hidden = false;
    job.over = true;
}

function finish(job) {
    job.over = true;
    progress(job);
    const stopped = job.place < job.ids.length;
    if (!job.refused.length && !stopped) {
        dialog.close();
        document.dispatchEvent(new Event("documents-changed"));
        const said = [job.changed.length && text(`done-${job.change.action}`, {count: job.changed.length}),
            job.idle && text("idle", {count: job.idle})].filter(Boolean).join(" ");
        toast(said, {undo: job.undo && job.changed.length ? () => job.undo(job.changed) : undefined});
    } else {
        report(job, stopped);
    }
    job.finished({changed: job.changed, refused: job.refused});
}

function report(job, stopped) {
    if (!dialog.open) {
        dialog.showModal();
    }
    const said = stopped ? text("stopped", {done: job.place, count: job.ids.length}) :
        text("working", {done: job.place, count: job.ids.length});
    done.textContent = [said, job.changed.length && text(`done-${job.change.action}`, {count: job.changed.length}),
        job.idle && text("idle", {count: job.idle})].filter(Boolean).join(" ");
    list.replaceChildren(...describeRefusals(job.refused.map(({id, error}) => ({id, reason: error}))));
    stop.hidden = true;
    close.hidden = false;
    again.hidden = !stopped;
    close.focus();
}
