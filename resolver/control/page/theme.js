// Dark, light, or what the system says. The choice outlives the tab.

const PLACE = "tern-theme";
const THEMES = ["system", "dark", "light"];

function use(theme, button) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  button.querySelector("#theme-word").textContent = theme;
  button.title = `Theme: ${theme}`;
}

export function connectTheme(button) {
  let theme = localStorage.getItem(PLACE);
  if (!THEMES.includes(theme)) theme = "system";
  use(theme, button);
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    localStorage.setItem(PLACE, theme);
    use(theme, button);
  });
}
