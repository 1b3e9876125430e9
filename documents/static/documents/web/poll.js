/* Calls `fn` again and again, with growing pauses of `first` to `max` milliseconds; not while the
 * page is hidden. `fn` returns false to end it and true where something has changed, which makes the
 * pause short again. An error counts as no change. Returns {now, stop}. */

export function poll(fn, {first = 1500, max = 15000, growth = 1.5} = {}) {
    let pause = first;
    let timer = 0;
    let over = false;
    let busy = false;

    async function run() {
        if (over || busy || document.hidden) {
            return;
        }
        clearTimeout(timer);
        busy = true;
        let outcome;
        try {
            outcome = await fn();
        } catch {
            outcome = undefined;
        }
        busy = false;
        if (outcome === false) {
            stop();
            return;
        }
        pause = outcome === true ? first : Math.min(pause * growth, max);
        schedule();
    }

    function schedule() {
        clearTimeout(timer);
        if (!over && !document.hidden) {
            timer = setTimeout(run, pause);
        }
    }

    function seen() {
        if (document.hidden) {
            clearTimeout(timer);
        } else {
            pause = first;
            run();
        }
    }

    function stop() {
        over = true;
        clearTimeout(timer);
        document.removeEventListener("visibilitychange", seen);
    }

    document.addEventListener("visibilitychange", seen);
    schedule();
    return {
        now() {
            pause = first;
            return run();
        },
        stop,
    };
}
