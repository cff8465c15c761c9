export default definePageConfig({ navigationBarTitleText: "联盟协议" });
