package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.FieldBuilder;
import com.amazonaws.athena.connector.lambda.data.SchemaBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** A table of the connector: its columns, and its rows out of its name. */
record Source(String name, Schema schema, List<String> partitionColumns, int partitionCount, int rowsPerPartition, int textLength) {
    static final List<Source> ALL =
            List.of(
                    new Source("every_type", everyType(), List.of(), 1, 200, 12),
                    new Source("by_region", byRegion(), List.of("region", "year"), 10, 15, 12),
                    new Source("large", large(), List.of(), 1, 1600, 10_000),
                    new Source("empty", large(), List.of(), 1, 0, 1));

    static Source named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException("no table " + name));
    }

    private static Schema everyType() {
        Field item = new Field("item", FieldType.nullable(MinorType.VARCHAR.getType()), null);
        Field city = new Field("city", FieldType.nullable(MinorType.VARCHAR.getType()), null);
        Field height = new Field("height", FieldType.nullable(MinorType.FLOAT8.getType()), null);
        return SchemaBuilder.newBuilder()
                .addField("id", MinorType.BIGINT.getType())
                .addField("flag", MinorType.BIT.getType())
                .addField("tiny", MinorType.TINYINT.getType())
                .addField("small", MinorType.SMALLINT.getType())
                .addField("whole", MinorType.INT.getType())
                .addField("single", MinorType.FLOAT4.getType())
                .addField("double", MinorType.FLOAT8.getType())
                .addDecimalField("amount", 12, 2)
                .addDecimalField("wide", 38, 10)
                .addField("name", MinorType.VARCHAR.getType())
                .addField("raw", MinorType.VARBINARY.getType())
                .addField("born", MinorType.DATEDAY.getType())
                .addField("seen", MinorType.DATEMILLI.getType())
                .addField("met", new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC"))
                .addField(FieldBuilder.newBuilder("tags", MinorType.LIST.getType()).addField(item).build())
                .addField(new Field("place", FieldType.nullable(MinorType.STRUCT.getType()), List.of(city, height)))
                .addMetadata("id", "Which row it is.")
                .build();
    }

    private static Schema byRegion() {
        return SchemaBuilder.newBuilder()
                .addField("id", MinorType.BIGINT.getType())
                .addField("region", MinorType.VARCHAR.getType())
                .addField("year", MinorType.INT.getType())
                .addField("name", MinorType.VARCHAR.getType())
                .build();
    }

    private static Schema large() {
        return SchemaBuilder.newBuilder().addField("id", MinorType.BIGINT.getType()).addField("name", MinorType.VARCHAR.getType()).build();
    }

    /** The values of the partition columns, one map per partition. */
    List<Map<String, Object>> partitions() {
        return IntStream.range(0, partitionCount).mapToObj(this::partition).toList();
    }

    private Map<String, Object> partition(int number) {
        return partitionColumns.isEmpty() ? Map.of() : Map.of("region", "r" + number % 4, "year", 2020 + number);
    }

    /** The rows of a partition, as the SDK's setters take them; a missing name is NULL. */
    List<Map<String, Object>> rows(Map<String, Object> partition) {
        Random random = new Random((name + partition.get("year")).hashCode());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int row = 0; row < rowsPerPartition; row++) {
            Map<String, Object> values = new HashMap<>(partition);
            values.put("id", (long) row);
            for (Field field : schema.getFields()) {
                if (!values.containsKey(field.getName()) && random.nextInt(5) > 0) {
                    values.put(field.getName(), value(field.getName(), random));
                }
            }
            rows.add(values);
        }
        return rows;
    }

    private Object value(String column, Random random) {
        return switch (column) {
            case "flag" -> random.nextBoolean();
            case "tiny" -> (byte) random.nextInt();
            case "small" -> (short) random.nextInt();
            case "whole" -> random.nextInt();
            case "single" -> List.of(0f, -0f, Float.NaN, (float) random.nextGaussian()).get(random.nextInt(4));
            case "double" -> List.of(0.0, -0.0, Double.NEGATIVE_INFINITY, random.nextGaussian()).get(random.nextInt(4));
            case "amount" -> BigDecimal.valueOf(random.nextLong(-999_999_999_999L, 999_999_999_999L), 2);
            case "wide" -> new BigDecimal(new java.math.BigInteger(120, random), 10).negate();
            case "raw" -> HexFormat.of().parseHex("00ff%04x".formatted(random.nextInt(65_536)));
            case "born" -> LocalDate.ofEpochDay(random.nextInt(-40_000, 40_000));
            case "seen" -> LocalDateTime.ofInstant(moment(random), ZoneOffset.UTC);
            case "met" -> moment(random).atZone(ZoneId.of(List.of("UTC", "Asia/Tokyo", "America/New_York", "-03:30").get(random.nextInt(4))));
            case "tags" -> IntStream.range(0, random.nextInt(4)).mapToObj(n -> "t" + n + "é").toList();
            case "place" -> random.nextInt(3) == 0 ? Map.of("height", random.nextDouble()) : Map.of("city", "Oslo" + random.nextInt(9), "height", 1.5);
            default -> "n" + random.nextInt(9) + "漢🚀".repeat(1 + random.nextInt(textLength) / 7);
        };
    }

    private static Instant moment(Random random) {
        return Instant.ofEpochMilli(random.nextLong(-3_000_000_000_000L, 3_000_000_000_000L));
    }

    /** A row as cells, told from the values themselves. */
    JsonNode told(Map<String, Object> row) {
        ArrayNode cells = Main.JSON.createArrayNode();
        schema.getFields().forEach(field -> cells.add(told(field, row.get(field.getName()))));
        return cells;
    }

    private static JsonNode told(Field field, Object value) {
        ArrayNode cells = Main.JSON.createArrayNode();
        if (value == null) {
            return cells.nullNode();
        }
        if (value instanceof Boolean flag) {
            return cells.booleanNode(flag);
        }
        if (value instanceof List<?> elements) {
            elements.forEach(element -> cells.add(element.toString()));
            return cells;
        }
        if (value instanceof Map<?, ?> members) {
            field.getChildren().forEach(child -> cells.add(told(child, members.get(child.getName()))));
            return cells;
        }
        return cells.textNode(text(value));
    }

    private static String text(Object value) {
        if (value instanceof Float number) {
            return number.isNaN() ? "NaN" : HexFormat.of().toHexDigits(Float.floatToRawIntBits(number));
        }
        if (value instanceof Double number) {
            return HexFormat.of().toHexDigits(Double.doubleToRawLongBits(number));
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof LocalDate day) {
            return String.valueOf(day.toEpochDay());
        }
        if (value instanceof LocalDateTime moment) {
            return String.valueOf(moment.toInstant(ZoneOffset.UTC).toEpochMilli());
        }
        return value instanceof ZonedDateTime moment ? String.valueOf(moment.toInstant().toEpochMilli()) : value.toString();
    }
}
