/* Uploads the chosen or dropped files through the API, two at a time, each with its own outcome. */
"use strict";
(() => {
    const AT_ONCE = 2;
    const RETRY_BUSY_MS = 3000;
    const BUSY_TRIES = 20;

    const form = document.getElementById("upload");
    const drop = document.getElementById("drop");
    const picker = document.getElementById("files");
    const list = document.getElementById("uploads");
    const words = document.getElementById("words").dataset;
    const blank = document.getElementById("upload-row").content.firstElementChild;
    const summary = document.getElementById("summary");

    const queue = [];
    const counts = {all: 0, created: 0, existing: 0, refused: 0};
    let running = 0;

    form.querySelector(".without-script").hidden = true;
    drop.querySelector(".drag-hint").hidden = false;

    function add(files) {
        const fields = {
            team: form.elements.team.value,
            tags: form.elements.tags.value,
            ocr: form.elements.ocr.value,
        };
        for (const file of files) {
            const row = blank.cloneNode(true);
            row.querySelector(".name").textContent = file.name;
            row.querySelector("progress").setAttribute("aria-label", file.name);
            list.append(row);
            counts.all += 1;
            enqueue({file, fields, row, tries: 0});
        }
        document.getElementById("outcome").hidden = !counts.all;
        tell();
    }

    function enqueue(job) {
        job.row.className = "";
        job.row.querySelector("progress").hidden = false;
        say(job, words.waiting);
        queue.push(job);
        next();
    }

    function next() {
        while (running < AT_ONCE && queue.length) {
            running += 1;
            send(queue.shift());
        }
    }

    function send(job) {
        if (job.file.size === 0) {
            refuse(job, words.empty);
            return;
        }
        if (job.file.size > Number(form.dataset.mostBytes)) {
            refuse(job, words.tooLarge);
            return;
        }
        const body = new FormData();
        for (const [name, value] of Object.entries(job.fields)) {
            if (value) {
                body.append(name, value);
            }
        }
        body.append("file", job.file, job.file.name);
        const request = new XMLHttpRequest();
        const bar = job.row.querySelector("progress");
        request.upload.onprogress = ({loaded, total}) => {
            bar.value = total ? loaded / total : 0;
            say(job, loaded < total ? words.sending : words.checking);
        };
        request.onload = () => take(job, request);
        request.onerror = () => refuse(job, words.broken, true);
        request.open("POST", form.dataset.api);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
        say(job, words.sending);
        request.send(body);
    }

    function take(job, request) {
        let answer = {};
        try {
            answer = JSON.parse(request.responseText);
        } catch {
            // Not from the API: what follows goes by the status alone.
        }
        if (request.status === 201 || request.status === 200) {
            const created = request.status === 201;
            counts[created ? "created" : "existing"] += 1;
            job.row.className = created ? "created" : "existing";
            link(job, answer.id, created ? words.created : words.existing);
            settle(job);
        } else if (request.status === 503 && job.tries < BUSY_TRIES) {
            job.tries += 1;
            running -= 1;
            say(job, words.waiting);
            setTimeout(() => enqueue(job), RETRY_BUSY_MS);
        } else if (request.status === 401) {
            refuse(job, words.loggedOut, true);
        } else {
            refuse(job, why(answer) || String(request.status), request.status >= 500);
        }
    }

    /* A problem's title is in the person's language, its detail in English. */
    function why({title, detail, code}) {
        if (document.documentElement.lang.startsWith("en")) {
            return detail;
        }
        return code === "invalid-request" ? `${title} (${detail})` : title;
    }

    function link(job, id, text) {
        const anchor = document.createElement("a");
        anchor.href = form.dataset.document.replace("00000000-0000-0000-0000-000000000000", id);
        anchor.textContent = text;
        job.row.querySelector(".result").replaceChildren(anchor);
    }

    function refuse(job, reason, again = false) {
        counts.refused += 1;
        job.row.className = "refused";
        say(job, `${words.refused}: ${reason}`);
        const retry = job.row.querySelector(".retry");
        retry.hidden = !again;
        retry.onclick = () => {
            retry.hidden = true;
            counts.refused -= 1;
            job.tries = 0;
            enqueue(job);
            tell();
        };
        settle(job);
    }

    function settle(job) {
        job.row.querySelector("progress").hidden = true;
        running -= 1;
        tell();
        next();
    }

    function say(job, text) {
        job.row.querySelector(".result").textContent = text;
    }

    function tell() {
        const done = counts.created + counts.existing + counts.refused;
        summary.textContent = words.summary.replace(
            /\{(\w+)\}/g,
            (_, name) => (name === "done" ? done : counts[name]),
        );
    }

    picker.addEventListener("change", () => {
        add([...picker.files]);
        picker.value = "";
    });
    form.addEventListener("submit", (event) => event.preventDefault());

    // Anywhere on the page: whoever misses the frame must not lose the page to a PDF viewer.
    for (const name of ["dragenter", "dragover"]) {
        document.addEventListener(name, (event) => {
            if (event.dataTransfer?.types.includes("Files")) {
                event.preventDefault();
                drop.classList.add("over");
            }
        });
    }
    document.addEventListener("dragleave", (event) => {
        if (!event.relatedTarget) {
            drop.classList.remove("over");
        }
    });
    document.addEventListener("drop", (event) => {
        drop.classList.remove("over");
        if (event.dataTransfer?.files.length) {
            event.preventDefault();
            add([...event.dataTransfer.files]);
        }
    });
    window.addEventListener("beforeunload", (event) => {
        if (running || queue.length) {
            event.preventDefault();
        }
    });
})();
