package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.DateTimeFormatterUtil;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.channels.Channels;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** What a document says, with its Arrow bytes told as schemas and cells: equal meanings are equal trees. */
final class Meaning {
    private static final JsonNodeFactory MAKE = JsonNodeFactory.instance;

    private Meaning() {}

    /** The document with every block and schema told, and the ids of allocators left out. */
    static JsonNode of(JsonNode document, BlockAllocator allocator) throws IOException {
        if (document instanceof ArrayNode) {
            ArrayNode told = MAKE.arrayNode();
            for (JsonNode each : document) {
                told.add(of(each, allocator));
            }
            return told;
        }
        if (!(document instanceof ObjectNode)) {
            return document;
        }
        if (isBlock(document)) {
            Block block = block(document, allocator);
            ObjectNode told = MAKE.objectNode();
            told.set("schema", schema(block.getSchema()));
            told.set("rows", rows(block));
            return told;
        }
        ObjectNode told = MAKE.objectNode();
        for (Map.Entry<String, JsonNode> each : document.properties()) {
            boolean schema = each.getValue().isTextual() && List.of("schema", "outputSchema").contains(each.getKey());
            told.set(each.getKey(), schema ? schema(parsedSchema(each.getValue())) : of(each.getValue(), allocator));
        }
        return told;
    }

    /** The cells of every block within the document, by where it stands. */
    static void collect(JsonNode document, String where, BlockAllocator allocator, ObjectNode found) throws IOException {
        if (isBlock(document)) {
            found.set(where, rows(block(document, allocator)));
        } else if (document instanceof ObjectNode) {
            for (Map.Entry<String, JsonNode> each : document.properties()) {
                collect(each.getValue(), where + "." + each.getKey(), allocator, found);
            }
        } else if (document instanceof ArrayNode) {
            for (int n = 0; n < document.size(); n++) {
                collect(document.get(n), where + "[" + n + "]", allocator, found);
            }
        }
    }

    /** The rows of a block, each an array of cells. */
    static ArrayNode rows(Block block) {
        ArrayNode rows = MAKE.arrayNode();
        for (int row = 0; row < block.getRowCount(); row++) {
            ArrayNode cells = rows.addArray();
            for (FieldVector vector : block.getFieldVectors()) {
                cells.add(cell(vector.getField(), vector.getObject(row)));
            }
        }
        return rows;
    }

    /** A schema as a tree. */
    static JsonNode schema(Schema schema) {
        ObjectNode told = MAKE.objectNode();
        told.set("metadata", Main.JSON.valueToTree(new TreeMap<>(schema.getCustomMetadata())));
        told.set("fields", fields(schema.getFields()));
        return told;
    }

    private static ArrayNode fields(List<Field> fields) {
        ArrayNode told = MAKE.arrayNode();
        for (Field field : fields) {
            ObjectNode each = told.addObject();
            each.put("name", field.getName());
            each.put("type", field.getType().toString());
            each.put("nullable", field.isNullable());
            each.set("metadata", Main.JSON.valueToTree(new TreeMap<>(field.getMetadata())));
            each.set("children", fields(field.getChildren()));
        }
        return told;
    }

    private static boolean isBlock(JsonNode node) {
        return node.has("aId") && node.has("schema") && node.has("records");
    }

    private static Block block(JsonNode node, BlockAllocator allocator) throws IOException {
        Block block = allocator.createBlock(parsedSchema(node.get("schema")));
        byte[] records = node.get("records").binaryValue();
        if (records.length > 0) {
            ArrowRecordBatch batch =
                    allocator.registerBatch(root -> (ArrowRecordBatch) MessageSerializer.deserializeMessageBatch(channel(records), root));
            block.loadRecordBatch(batch);
        }
        return block;
    }

    private static Schema parsedSchema(JsonNode node) throws IOException {
        return MessageSerializer.deserializeSchema(channel(node.binaryValue()));
    }

    private static ReadChannel channel(byte[] bytes) {
        return new ReadChannel(Channels.newChannel(new ByteArrayInputStream(bytes)));
    }

    /** A cell: whole numbers, moments (since 1970) and decimals as text, floats as their bits, bytes as hexadecimal. */
    private static JsonNode cell(Field field, Object value) {
        if (value == null) {
            return MAKE.nullNode();
        }
        if (value instanceof Boolean flag) {
            return MAKE.booleanNode(flag);
        }
        if (value instanceof Float number) {
            return new TextNode(number.isNaN() ? "NaN" : HexFormat.of().toHexDigits(Float.floatToRawIntBits(number)));
        }
        if (value instanceof Double number) {
            return new TextNode(number.isNaN() ? "NaN" : HexFormat.of().toHexDigits(Double.doubleToRawLongBits(number)));
        }
        if (value instanceof BigDecimal number) {
            return new TextNode(number.toPlainString());
        }
        if (value instanceof byte[] bytes) {
            return new TextNode(HexFormat.of().formatHex(bytes));
        }
        if (value instanceof LocalDateTime moment) { // what the SDK makes of DATEMILLI
            return new TextNode(String.valueOf(moment.toInstant(ZoneOffset.UTC).toEpochMilli()));
        }
        if (value instanceof Long packed && field.getType() instanceof ArrowType.Timestamp type && type.getUnit() == TimeUnit.MILLISECOND) {
            return new TextNode(String.valueOf(DateTimeFormatterUtil.constructZonedDateTime(packed, type).toInstant().toEpochMilli()));
        }
        if (value instanceof List<?> elements) {
            ArrayNode told = MAKE.arrayNode();
            elements.forEach(element -> told.add(cell(field.getChildren().get(0), element)));
            return told;
        }
        if (value instanceof Map<?, ?> members) { // a struct, whose NULLs are left out
            ArrayNode told = MAKE.arrayNode();
            field.getChildren().forEach(child -> told.add(cell(child, members.get(child.getName()))));
            return told;
        }
        return new TextNode(value.toString());
    }
}
