/* Pictures are made when they are first asked for: those that are in sight, one after the other. */

/* ms until a busy server is asked for a picture again. */
const PAUSE = 1500;
const TRIES = 6;

export function loadWhenSeen() {
    const waiting = [];
    let running = false;

    async function run() {
        if (running) {
            return;
        }
        running = true;
        for (let next = waiting.shift(); next; next = waiting.shift()) {
            next.tries = (next.tries ?? 0) + 1;
            try {
                next.picture.src = next.tries > 1 ? `${next.picture.dataset.from}?try=${next.tries}` : next.picture.dataset.from;
                await next.picture.decode();
            } catch {
                if (next.tries < TRIES) {
                    waiting.push(next);
                    await new Promise((go) => setTimeout(go, PAUSE));
                }
            }
        }
        running = false;
    }

    const observer = new IntersectionObserver((entries) => {
        for (const {isIntersecting, target} of entries) {
            if (isIntersecting) {
                observer.unobserve(target);
                waiting.push({picture: target});
            }
        }
        run();
    }, {rootMargin: "200px"});
    return observer;
}
