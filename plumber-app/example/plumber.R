library(randomForest)

source("convert.R", local = TRUE)

model <- readRDS("model.rds")
convert <- converter("schema.json")

#* Median house value, in thousands of dollars, of Boston suburbs
#* @param df Rows of the thirteen attributes that the model was trained on
#* @post /score
function(df) {
  predict(model, convert(as.data.frame(df)))
}
