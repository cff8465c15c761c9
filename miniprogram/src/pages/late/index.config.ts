export default definePageConfig({ navigationBarTitleText: "超时记录" });
