"""Node types of the grammars, by what they are for the converter of `trees`."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOTHING = _words("""
    comment integer float boolean null true false decimal_integer_literal number nil
    integer_literal real_literal boolean_literal null_literal character_literal php_tag
    visibility_modifier static_modifier modifier modifiers accessibility_modifier
    namespace_use_declaration namespace_name using_directive import_statement
    import_declaration package_declaration break_statement continue_statement
    relative_scope text regex regex_literal simple_symbol hash_key_symbol heredoc_body
    attribute_list type_annotation type_identifier predefined_type void_type
    integral_type primitive_type named_type generic_type type_arguments type_parameters
    empty_statement
""")
WRAPPERS = _words("""
    parenthesized_expression parenthesized_statements argument attribute_argument
    await_expression expression_statement cast_expression as_expression non_null_expression
    export_statement argument_list clone_expression error_suppression_expression
    equals_value_clause arrow_expression_clause satisfies_expression lexical_declaration
    variable_declaration local_variable_declaration local_declaration_statement
    unary_op_expression const_declaration field_declaration array_element_initializer
    by_ref reference_assignment_expression
""")
"""Worth what the one thing in them is worth."""
BLOCKS = _words("""
    compound_statement block statement_block body_statement then else colon_block
    constructor_body do class_body interface_body declaration_list block_body switch_block
""")
BRANCHES = _words("""
    case_statement default_statement switch_case switch_default switch_section when else
    switch_block_statement_group switch_rule in_clause catch_clause rescue
    match_conditional_expression match_default_expression switch_expression_arm
""")
SWITCHES = _words("switch_block switch_body match_block switch_expression_body")
HERITAGE = _words("""
    base_clause class_interface_clause superclass super_interfaces extends_interfaces
    base_list class_heritage extends_type_clause
""")
CONTENT = _words("""
    string_content string_fragment string_literal_content raw_string_content
    multiline_string_fragment heredoc_content nowdoc_string
""")
EDGES = _words("""
    interpolation_start interpolation_brace interpolation_format_clause heredoc_end
    raw_string_start raw_string_end interpolation_quote heredoc_start
    interpolation_alignment_clause
""")
MARKS = _words("annotation marker_annotation attribute decorator")
MEMBERS = _words("member_access_expression member_expression conditional_access_expression")
NAMES = _words("""
    name identifier qualified_name property_identifier constant generic_name variable_name
""")
LOOPS_OF_EACH = _words("foreach_statement enhanced_for_statement for_in_statement for")

_HANDLED = {
    "string": """
        string encapsed_string heredoc nowdoc string_literal interpolated_string_expression
        verbatim_string_literal raw_string_literal template_string heredoc_beginning
        bare_string""",
    "chained": "chained_string",
    "binary": "binary_expression binary",
    "pick": "conditional_expression ternary_expression conditional",
    "if_": "if_statement if unless if_modifier unless_modifier else_if_clause elsif",
    "loop": """
        foreach_statement enhanced_for_statement for_in_statement for for_statement
        while_statement do_statement while until while_modifier until_modifier""",
    "cases": """
        switch_statement switch_expression case try_statement begin match_expression
        try_with_resources_statement""",
    "give": "return_statement return",
    "set_": """
        assignment_expression augmented_assignment_expression assignment
        operator_assignment reference_assignment_expression""",
    "declare": "variable_declarator property_element const_element",
    "function": """
        function_definition method_declaration anonymous_function arrow_function
        anonymous_function_creation_expression lambda_expression constructor_declaration
        local_function_statement function_declaration function_expression method_definition
        method singleton_method lambda generator_function_declaration
        anonymous_method_expression accessor_declaration destructor_declaration""",
    "class_": """
        class_declaration interface_declaration trait_declaration class anonymous_class
        record_declaration enum_declaration struct_declaration abstract_class_declaration
        object_declaration""",
    "module": "module namespace_declaration",
    "name": """
        variable_name identifier name qualified_name constant property_identifier
        scoped_identifier scoped_type_identifier""",
    "this": "this self this_expression",
    "property_of_self": "instance_variable class_variable",
    "member": """
        member_access_expression nullsafe_member_access_expression field_access
        member_expression class_constant_access_expression
        scoped_property_access_expression scope_resolution conditional_access_expression""",
    "class_literal": "class_literal typeof_expression",
    "call": """
        member_call_expression nullsafe_member_call_expression scoped_call_expression
        function_call_expression method_invocation invocation_expression call_expression
        call""",
    "new": """
        object_creation_expression new_expression implicit_object_creation_expression""",
    "field_": "public_field_definition field_definition property_declaration",
}
HANDLER = {kind: method for method, kinds in _HANDLED.items() for kind in kinds.split()}
"""Node type → the converter's method for it."""
