package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockUtils;
import com.amazonaws.athena.connector.lambda.domain.predicate.AllOrNoneValueSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.Constraints;
import com.amazonaws.athena.connector.lambda.domain.predicate.EquatableValueSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.Marker;
import com.amazonaws.athena.connector.lambda.domain.predicate.OrderByField;
import com.amazonaws.athena.connector.lambda.domain.predicate.QueryPlan;
import com.amazonaws.athena.connector.lambda.domain.predicate.Range;
import com.amazonaws.athena.connector.lambda.domain.predicate.SortedRangeSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.ValueSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.expression.ConstantExpression;
import com.amazonaws.athena.connector.lambda.domain.predicate.expression.FederationExpression;
import com.amazonaws.athena.connector.lambda.domain.predicate.expression.FunctionCallExpression;
import com.amazonaws.athena.connector.lambda.domain.predicate.expression.VariableExpression;
import com.amazonaws.athena.connector.lambda.domain.predicate.functions.StandardFunctions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Random constraints of every kind, built by the SDK. */
final class Conditions {
    private final Random random;
    private final Cells cells;
    private final BlockAllocator allocator;

    Conditions(Random random, Cells cells, BlockAllocator allocator) {
        this.random = random;
        this.cells = cells;
        this.allocator = allocator;
    }

    Constraints constraints(int version, Map<String, String> passthrough) {
        Map<String, ValueSet> summary = new HashMap<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            summary.put("c" + n + cells.text(), valueSet(cells.type()));
        }
        List<FederationExpression> expressions = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            expressions.add(expression(2));
        }
        List<OrderByField> order = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            OrderByField.Direction[] directions = OrderByField.Direction.values();
            order.add(new OrderByField("c" + n, directions[random.nextInt(directions.length)]));
        }
        long limit = random.nextBoolean() ? Constraints.DEFAULT_NO_LIMIT : 1 + (random.nextLong() >>> 1 >>> random.nextInt(62));
        QueryPlan plan = version >= 6 && random.nextInt(4) == 0 ? new QueryPlan("1.0." + random.nextInt(9), "QUJD") : null;
        return new Constraints(summary, expressions, order, limit, passthrough, plan);
    }

    private ValueSet valueSet(ArrowType type) {
        boolean nullAllowed = random.nextBoolean();
        return switch (random.nextInt(4)) {
            case 0 -> new AllOrNoneValueSet(type, random.nextBoolean(), nullAllowed);
            case 1 -> {
                EquatableValueSet.Builder values = EquatableValueSet.newBuilder(allocator, type, random.nextBoolean(), nullAllowed);
                if (random.nextInt(4) > 0) {
                    values.add(value(type));
                }
                yield values.build();
            }
            default -> {
                SortedRangeSet.Builder ranges = SortedRangeSet.newBuilder(type, nullAllowed);
                for (int n = random.nextInt(4); n > 0; n--) {
                    ranges.add(range(type));
                }
                yield ranges.build();
            }
        };
    }

    private Range range(ArrowType type) {
        Marker low = random.nextInt(4) == 0 ? Marker.lowerUnbounded(allocator, type) : marker(type, Marker.Bound.ABOVE);
        Marker high = random.nextInt(4) == 0 ? Marker.upperUnbounded(allocator, type) : marker(type, Marker.Bound.BELOW);
        if (low.compareTo(high) <= 0) {
            return new Range(low, high);
        }
        return Range.equal(allocator, type, value(type));
    }

    private Marker marker(ArrowType type, Marker.Bound open) {
        Object value = value(type);
        if (random.nextBoolean()) {
            return Marker.exactly(allocator, type, value);
        }
        return open == Marker.Bound.ABOVE ? Marker.above(allocator, type, value) : Marker.below(allocator, type, value);
    }

    /** A value of the type; no zero of a float, because the SDK tells -0.0 from 0.0 and SQL does not. */
    private Object value(ArrowType type) {
        Object value = cells.value(type);
        return value instanceof Number number && type instanceof ArrowType.FloatingPoint && number.doubleValue() == 0 ? value(type) : value;
    }

    private FederationExpression expression(int depth) {
        ArrowType type = cells.type();
        switch (depth == 0 ? random.nextInt(2) : 2) {
            case 0:
                return new VariableExpression("v" + cells.text(), type);
            case 1:
                List<Object> values = new ArrayList<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    values.add(cells.value(type));
                }
                return new ConstantExpression(BlockUtils.newBlock(allocator, "col1", type, values), type);
            default:
                StandardFunctions[] functions = StandardFunctions.values();
                return new FunctionCallExpression(
                        type,
                        functions[random.nextInt(functions.length)].getFunctionName(),
                        List.of(expression(depth - 1), expression(0)));
        }
    }
}
