export default definePageConfig({ navigationBarTitleText: "查询安装单" });
