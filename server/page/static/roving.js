// A group of elements that is one stop of the Tab key; the arrow keys move within it.

const STEPS = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};

// Listens in `group`; `selector` finds the elements in it, whose tabindex is 0 for one and else -1.
// Enter and Space call onPress(element, event), as a click does.
export function makeRoving(group, selector, onPress) {
  const items = () => [...group.querySelectorAll(selector)];
  group.addEventListener("keydown", (event) => {
    const item = event.target.closest(selector);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const all = items();
    const goals = {Home: all[0], End: all[all.length - 1]};
    const goal = goals[event.key] || all[all.indexOf(item) + (STEPS[event.key] || NaN)];
    if (goal) {
      event.preventDefault();
      goal.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onPress(item, event);
    } else if (STEPS[event.key]) {
      event.preventDefault();
    }
  });
  group.addEventListener("focusin", (event) => {
    const item = event.target.closest(selector);
    if (item) {
      for (const other of group.querySelectorAll("[tabindex='0']")) {
        other.tabIndex = -1;
      }
      item.tabIndex = 0;
    }
  });
  group.addEventListener("click", (event) => {
    const item = event.target.closest(selector);
    if (item) {
      onPress(item, event);
    }
  });
}
