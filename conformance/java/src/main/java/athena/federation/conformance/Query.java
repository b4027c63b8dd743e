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
import com.amazonaws.athena.connector.lambda.domain.predicate.functions.FunctionName;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Schema;

/** What a command says about the rows it wants, as the SDK's constraints over the columns of a table. */
final class Query {
    private static final ArrowType BOOLEAN = new ArrowType.Bool();

    private final BlockAllocator allocator;
    private final Schema schema;

    private Query(BlockAllocator allocator, Schema schema) {
        this.allocator = allocator;
        this.schema = schema;
    }

    /**
     * {"summary": {column: value set}, "expression": [..], "orderBy": [[column, direction]], "limit", "passthrough", "plan"};
     * each may be left out.
     */
    static Constraints constraints(JsonNode told, BlockAllocator allocator, Schema schema) {
        Query query = new Query(allocator, schema);
        Map<String, ValueSet> summary = new HashMap<>();
        told.path("summary").properties().forEach(each -> summary.put(each.getKey(), query.valueSet(query.type(each.getKey()), each.getValue())));
        List<FederationExpression> expressions = new ArrayList<>();
        told.path("expression").forEach(each -> expressions.add(query.expression(each)));
        List<OrderByField> order = new ArrayList<>();
        told.path("orderBy").forEach(each -> order.add(new OrderByField(each.get(0).asText(), OrderByField.Direction.valueOf(each.get(1).asText()))));
        QueryPlan plan = told.has("plan") ? new QueryPlan("1.0.0", told.get("plan").asText()) : null;
        return new Constraints(summary, expressions, order, told.path("limit").asLong(Constraints.DEFAULT_NO_LIMIT), strings(told.path("passthrough")), plan);
    }

    static Map<String, String> strings(JsonNode told) {
        Map<String, String> strings = new HashMap<>();
        told.properties().forEach(each -> strings.put(each.getKey(), each.getValue().asText()));
        return strings;
    }

    private ArrowType type(String column) {
        return schema.findField(column).getType();
    }

    private ValueSet valueSet(ArrowType type, JsonNode told) {
        boolean nullAllowed = told.path("nullAllowed").asBoolean();
        if (told.has("all")) {
            return new AllOrNoneValueSet(type, told.get("all").asBoolean(), nullAllowed);
        }
        if (told.has("values")) {
            EquatableValueSet.Builder values = EquatableValueSet.newBuilder(allocator, type, told.path("whiteList").asBoolean(true), nullAllowed);
            Values.all(type, told.get("values")).forEach(values::add);
            return values.build();
        }
        SortedRangeSet.Builder ranges = SortedRangeSet.newBuilder(type, nullAllowed);
        told.get("ranges").forEach(each -> ranges.add(range(type, each)));
        return ranges.build();
    }

    /** [low, bound, high, bound], where a null value is no limit. */
    private Range range(ArrowType type, JsonNode told) {
        Object low = Values.one(type, told.get(0));
        Object high = Values.one(type, told.get(2));
        Marker from = low == null ? Marker.lowerUnbounded(allocator, type) : marker(type, low, told.get(1).asText());
        Marker to = high == null ? Marker.upperUnbounded(allocator, type) : marker(type, high, told.get(3).asText());
        return new Range(from, to);
    }

    private Marker marker(ArrowType type, Object value, String bound) {
        return switch (Marker.Bound.valueOf(bound)) {
            case ABOVE -> Marker.above(allocator, type, value);
            case BELOW -> Marker.below(allocator, type, value);
            case EXACTLY -> Marker.exactly(allocator, type, value);
        };
    }

    /** {"call", "arguments"}, {"column"}, or {"constants", "of": the column whose type they have}. */
    private FederationExpression expression(JsonNode told) {
        if (told.has("column")) {
            return new VariableExpression(told.get("column").asText(), type(told.get("column").asText()));
        }
        if (told.has("constants")) {
            ArrowType type = type(told.get("of").asText());
            return new ConstantExpression(BlockUtils.newBlock(allocator, "col1", type, Values.all(type, told.get("constants"))), type);
        }
        List<FederationExpression> arguments = new ArrayList<>();
        told.get("arguments").forEach(each -> arguments.add(expression(each)));
        return new FunctionCallExpression(BOOLEAN, new FunctionName(told.get("call").asText()), arguments);
    }
}
