export default defineAppConfig({
  pages: [
    "pages/start/index", "pages/job/index", "pages/inbox/index", "pages/claim/index", "pages/waiting/index", "pages/me/index",
    "pages/earnings/index", "pages/late/index", "pages/privacy/index", "pages/devices/index",
    "pages/promise/index",
  ],
  subPackages: [
    {
      root: "dealer",
      pages: [
        "start/index", "job/index", "jobs/index", "offers/index", "late/index", "complaints/index", "complaint/index", "capacity/index",
        "people/index", "invite/index", "statements/index", "statement/index", "penalties/index", "alliance/index", "agreement/index",
        "declare/index",
      ],
    },
  ],
  window: {
    navigationStyle: "default",
    navigationBarTitleText: "妥装",
    navigationBarBackgroundColor: "#0f5c4a",
    navigationBarTextStyle: "white",
    backgroundColor: "#f2f4f1",
    backgroundTextStyle: "dark",
  },
  lazyCodeLoading: "requiredComponents",
  requiredPrivateInfos: ["getLocation", "chooseAddress"],
  permission: { "scope.userLocation": { desc: "用于到场签到与拍照时记录位置" } },
  __usePrivacyCheck__: true,
});
