package athena.federation.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Cells as {@link Meaning} tells them, turned back into what the SDK's setters take. */
final class Values {
    private Values() {}

    static List<Object> all(ArrowType type, JsonNode cells) {
        List<Object> values = new ArrayList<>();
        cells.forEach(cell -> values.add(one(type, cell)));
        return values;
    }

    static Object one(ArrowType type, JsonNode cell) {
        if (cell.isNull()) {
            return null;
        }
        String text = cell.asText();
        if (type instanceof ArrowType.Bool) {
            return cell.asBoolean();
        }
        if (type instanceof ArrowType.Int whole) {
            return switch (whole.getBitWidth()) {
                case 8 -> Byte.valueOf(text);
                case 16 -> Short.valueOf(text);
                case 32 -> Integer.valueOf(text);
                default -> Long.valueOf(text);
            };
        }
        if (type instanceof ArrowType.FloatingPoint real) {
            if (text.equals("NaN")) {
                text = real.getPrecision() == FloatingPointPrecision.SINGLE ? "7fc00000" : "7ff8000000000000";
            }
            boolean single = real.getPrecision() == FloatingPointPrecision.SINGLE;
            return single ? (Object) Float.intBitsToFloat(HexFormat.fromHexDigits(text)) : Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(text));
        }
        if (type instanceof ArrowType.Decimal) {
            return new BigDecimal(text);
        }
        if (type instanceof ArrowType.Binary) {
            return HexFormat.of().parseHex(text);
        }
        if (type instanceof ArrowType.Date date) {
            return date.getUnit() == DateUnit.DAY ? (Object) Integer.valueOf(text) : Long.valueOf(text);
        }
        if (type instanceof ArrowType.Timestamp) {
            return Instant.ofEpochMilli(Long.parseLong(text)).atZone(ZoneOffset.UTC);
        }
        return text;
    }
}
