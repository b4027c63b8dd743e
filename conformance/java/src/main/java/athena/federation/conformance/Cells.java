package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockUtils;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Random schemas, and blocks of random cells, of all types that the SDK supports. */
final class Cells {
    private static final List<String> ZONES = List.of("UTC", "America/New_York", "Asia/Tokyo", "+05:30", "-09:00", "Europe/London");
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz_0 '\"\\\n\u0001ßЖ漢€";
    private static final long LAST_MOMENT = 253_402_300_799_999L; // of the year 9999

    private final Random random;
    private final BlockAllocator allocator;

    Cells(Random random, BlockAllocator allocator) {
        this.random = random;
        this.allocator = allocator;
    }

    Block block() {
        Block block = allocator.createBlock(schema());
        int rows = random.nextInt(5) == 0 ? 0 : random.nextInt(20);
        block.getFieldVectors().forEach(vector -> fill(vector, rows));
        block.setRowCount(rows);
        return block;
    }

    Schema schema() {
        List<Field> fields = new ArrayList<>();
        for (int n = 1 + random.nextInt(5); n > 0; n--) {
            fields.add(field("c" + n + (random.nextBoolean() ? "" : text()), 2));
        }
        return new Schema(fields, metadata());
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new HashMap<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            metadata.put("k" + n + text(), text());
        }
        return metadata;
    }

    private Field field(String name, int depth) {
        return switch (depth == 0 ? 3 : random.nextInt(9)) {
            case 0 -> new Field(name, nullable(new ArrowType.List()), List.of(field("item", depth - 1)));
            case 1 -> new Field(name, nullable(new ArrowType.Struct()), List.of(field("a", depth - 1), field("b", depth - 1)));
            case 2 -> {
                Field key = new Field("key", new FieldType(false, new ArrowType.Utf8(), null), null);
                Field entries = new Field("entries", new FieldType(false, new ArrowType.Struct(), null), List.of(key, field("value", depth - 1)));
                yield new Field(name, nullable(new ArrowType.Map(false)), List.of(entries));
            }
            default -> new Field(name, new FieldType(random.nextInt(6) > 0, type(), null, metadata()), null);
        };
    }

    private static FieldType nullable(ArrowType type) {
        return new FieldType(true, type, null);
    }

    /** A type that holds plain values. */
    ArrowType type() {
        int precision = 1 + random.nextInt(38);
        List<ArrowType> types =
                List.of(
                        new ArrowType.Bool(),
                        new ArrowType.Int(8, true),
                        new ArrowType.Int(16, true),
                        new ArrowType.Int(32, true),
                        new ArrowType.Int(64, true),
                        new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
                        new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
                        new ArrowType.Decimal(precision, random.nextInt(precision + 1), 128),
                        new ArrowType.Utf8(),
                        new ArrowType.Binary(),
                        new ArrowType.Date(DateUnit.DAY),
                        new ArrowType.Date(DateUnit.MILLISECOND),
                        new ArrowType.Timestamp(TimeUnit.MILLISECOND, ZONES.get(random.nextInt(ZONES.size()))));
        return types.get(random.nextInt(types.size()));
    }

    /** A value of such a type, in the form that the SDK's own setter takes. */
    Object value(ArrowType type) {
        if (type instanceof ArrowType.Int whole) {
            long number = random.nextInt(4) == 0 ? random.nextInt(7) - 3 : random.nextLong();
            return switch (whole.getBitWidth()) {
                case 8 -> (byte) number;
                case 16 -> (short) number;
                case 32 -> (int) number;
                default -> number;
            };
        }
        if (type instanceof ArrowType.FloatingPoint real) {
            double number = List.of(0.0, -0.0, 1.5, -2e30, Double.POSITIVE_INFINITY, random.nextGaussian()).get(random.nextInt(6));
            return real.getPrecision() == FloatingPointPrecision.SINGLE ? (Object) (float) number : number;
        }
        if (type instanceof ArrowType.Decimal decimal) {
            BigInteger digits = new BigInteger(1 + random.nextInt(126), random).mod(BigInteger.TEN.pow(decimal.getPrecision()));
            return new BigDecimal(random.nextBoolean() ? digits : digits.negate(), decimal.getScale());
        }
        if (type instanceof ArrowType.Date date) {
            long moment = moment();
            return date.getUnit() == DateUnit.DAY ? (Object) (int) Math.floorDiv(moment, 86_400_000L) : moment;
        }
        if (type instanceof ArrowType.Timestamp) {
            return Instant.ofEpochMilli(moment()).atZone(ZoneId.of(ZONES.get(random.nextInt(ZONES.size()))));
        }
        if (type instanceof ArrowType.Binary) {
            byte[] bytes = new byte[random.nextInt(10)];
            random.nextBytes(bytes);
            return bytes;
        }
        return type instanceof ArrowType.Bool ? (Object) random.nextBoolean() : text();
    }

    private long moment() {
        long moment = random.nextLong(-62_135_596_800_000L, LAST_MOMENT); // from the year 1
        return random.nextInt(4) == 0 ? Math.floorMod(moment, 86_400_000L * 365) : moment;
    }

    String text() {
        return Stream.generate(() -> random.nextInt(12) == 0 ? "\uD83D\uDE80" : String.valueOf(LETTERS.charAt(random.nextInt(LETTERS.length()))))
                .limit(random.nextInt(7))
                .reduce("", String::concat);
    }

    private void fill(FieldVector vector, int rows) {
        vector.setInitialCapacity(rows);
        vector.allocateNew();
        boolean nullable = vector.getField().isNullable();
        if (vector instanceof ListVector lists) { // a map is one of them
            int elements = 0;
            for (int row = 0; row < rows; row++) {
                if (nullable && random.nextInt(4) == 0) {
                    lists.setNull(row);
                } else {
                    int length = random.nextInt(4);
                    lists.startNewValue(row);
                    lists.endValue(row, length);
                    elements += length;
                }
            }
            fill(lists.getDataVector(), elements);
        } else if (vector instanceof StructVector structs) {
            structs.getChildrenFromFields().forEach(child -> fill(child, rows));
            for (int row = 0; row < rows; row++) {
                if (nullable && random.nextInt(4) == 0) {
                    structs.setNull(row);
                } else {
                    structs.setIndexDefined(row);
                }
            }
        } else {
            for (int row = 0; row < rows; row++) {
                Object value = nullable && random.nextInt(4) == 0 ? null : value(vector.getField().getType());
                BlockUtils.setValue(vector, row, value);
            }
        }
        vector.setValueCount(rows);
    }
}
