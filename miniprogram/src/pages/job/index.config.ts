export default definePageConfig({ navigationBarTitleText: "安装工单" });
