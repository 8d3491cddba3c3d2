// Which screen is shown, and which dialog above it.
import { create } from "zustand";

export type Screen = { name: "home" } | { name: "session"; session: string } | { name: "history" };
export type DialogName = "commit" | "abort" | "settings" | "shortcuts" | "palette";

interface RouteState {
  screen: Screen;
  dialog: DialogName | null;
  sidebar: boolean;
  go: (screen: Screen) => void;
  show: (dialog: DialogName | null) => void;
  toggleSidebar: () => void;
}

export const useRoute = create<RouteState>((set) => ({
  screen: { name: "home" },
  dialog: null,
  sidebar: true,
  go: (screen) => set({ screen, dialog: null }),
  show: (dialog) => set({ dialog }),
  toggleSidebar: () => set((state) => ({ sidebar: !state.sidebar })),
}));
