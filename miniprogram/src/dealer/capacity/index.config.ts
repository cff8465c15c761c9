export default definePageConfig({ navigationBarTitleText: "产能" });
