/* Sends files through the API, two at a time, each with its own outcome. While the server can't be
 * reached all of them wait. Knows nothing of what a page shows: `watch(job)` is told of each step.
 *
 * A job: {file, fields: {team, tags, ocr}, path, state, progress, reason, retriable, id}. Its state is
 * waiting, sending, stored (`created`: whether it is new) or refused. */
import {csrfToken} from "./http.js";
import {text} from "./texts.js";

const AT_ONCE = 2;
const RETRY_BUSY_MS = 3000;
const BUSY_TRIES = 20;
// Too busy, or a gateway whose server is down for a moment.
const BUSY = [502, 503, 504];
const LOST_TRIES = 4;
const LOST_PAUSE_MS = 2000;
const MAX_LOST_PAUSE_MS = 60_000;

export class UploadQueue {
    constructor({api, health, mostBytes, watch}) {
        Object.assign(this, {api, health, mostBytes, watch});
        this.queue = [];
        // Being sent, queued, or waiting for another attempt: leaving the page would lose them.
        this.unfinished = new Set();
        this.running = 0;
        this.paused = false;
        this.lostPause = LOST_PAUSE_MS;
    }

    /* `path`: below what was dropped or chosen. */
    add(file, fields, path = file.name) {
        const job = {file, fields, path, state: "waiting", progress: 0, tries: 0, breaks: 0};
        if (file.size === 0) {
            this.refuse(job, text("tray-empty"));
        } else if (file.size > this.mostBytes) {
            this.refuse(job, text("tray-too-large", {most: Math.floor(this.mostBytes / 2 ** 20)}));
        } else {
            this.enqueue(job);
        }
        return job;
    }

    retry(job) {
        job.tries = job.breaks = 0;
        this.enqueue(job);
    }

    enqueue(job) {
        job.state = "waiting";
        job.progress = 0;
        this.unfinished.add(job);
        this.queue.push(job);
        this.watch(job);
        this.next();
    }

    next() {
        while (!this.paused && this.running < AT_ONCE && this.queue.length) {
            this.running += 1;
            this.send(this.queue.shift());
        }
    }

    send(job) {
        const body = new FormData();
        for (const [name, value] of Object.entries(job.fields)) {
            if (value) {
                body.append(name, value);
            }
        }
        body.append("file", job.file, job.file.name);
        const request = new XMLHttpRequest();
        request.upload.onprogress = ({loaded, total}) => {
            job.progress = total ? loaded / total : 0;
            this.watch(job);
        };
        request.onload = () => {
            this.running -= 1;
            this.lostPause = LOST_PAUSE_MS;
            this.answered(job, request);
        };
        request.onerror = () => {
            this.running -= 1;
            this.diagnose(job);
        };
        request.open("POST", this.api);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("X-CSRFToken", csrfToken());
        job.state = "sending";
        this.watch(job);
        request.send(body);
    }

    answered(job, request) {
        let answer = {};
        try {
            answer = JSON.parse(request.responseText);
        } catch {
            // Not from the API: only the status counts below.
        }
        if (request.status === 201 || request.status === 200) {
            job.state = "stored";
            job.created = request.status === 201;
            job.id = answer.id;
            this.finish(job);
        } else if (BUSY.includes(request.status) && job.tries < BUSY_TRIES) {
            job.tries += 1;
            job.state = "waiting";
            this.watch(job);
            setTimeout(() => this.enqueue(job), RETRY_BUSY_MS);
            this.next();
        } else if (request.status === 401) {
            this.refuse(job, text("logged-out"), true);
        } else {
            const again = request.status === 403 || request.status >= 500;
            this.refuse(job, answer.detail || String(request.status), again);
        }
    }

    /* A failed request: the file can't be read, or the server can't be reached. */
    async diagnose(job) {
        job.breaks += 1;
        try {
            await job.file.slice(0, 1).arrayBuffer();
        } catch {
            this.refuse(job, text("tray-unreadable"));
            return;
        }
        if (job.breaks < LOST_TRIES) {
            this.pauseUntilReachable();
            this.enqueue(job);
        } else {
            this.refuse(job, text("tray-lost"), true);
        }
    }

    /* Nothing is sent until the server answers again: a whole file is too much for a test. */
    async pauseUntilReachable() {
        if (this.paused) {
            return;
        }
        this.paused = true;
        this.queue.forEach((job) => this.watch(job));
        do {
            await sleep(this.lostPause);
            this.lostPause = Math.min(this.lostPause * 2, MAX_LOST_PAUSE_MS);
        } while (!(await this.isReachable()));
        this.paused = false;
        this.queue.forEach((job) => this.watch(job));
        this.next();
    }

    async isReachable() {
        try {
            return (await fetch(this.health, {cache: "no-store"})).status < 500;
        } catch {
            return false;
        }
    }

    refuse(job, reason, again = false) {
        job.state = "refused";
        job.reason = reason;
        job.retriable = again;
        this.finish(job);
    }

    finish(job) {
        this.unfinished.delete(job);
        this.watch(job);
        this.next();
    }
}

/* Ends early when the browser is online again. */
function sleep(milliseconds) {
    return new Promise((done) => {
        setTimeout(done, milliseconds);
        window.addEventListener("online", done, {once: true});
    });
}
