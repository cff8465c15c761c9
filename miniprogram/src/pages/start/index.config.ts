export default definePageConfig({ navigationBarTitleText: "妥装" });
